//! The database of one person in this browser: a copy of what the server told, and the outbox.

use std::future::Future;

use js_sys::{Array, Function, Promise};
use leptos::prelude::window;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
};

use damso_client_state::kept::Changes;

/// Raise it when the stores change. Whatever another version has left is dropped.
const VERSION: u32 = 1;
/// The copy: records by their names.
const COPY: &str = "copy";
/// Messages that the server has not stored, by their keys.
const OUTBOX: &str = "outbox";
/// Which tab writes the copy; see [`Database::claim`].
const WRITER: &str = "writer";

/// An open database.
pub(super) struct Database {
    inner: IdbDatabase,
}

impl Database {
    /// Opens it; makes it where there is none, or one of another version.
    pub async fn open(name: &str) -> Result<Self, JsValue> {
        let factory = window().indexed_db()?.ok_or(JsValue::NULL)?;
        match finish_opening(factory.open_with_u32(name, VERSION)?).await {
            Ok(database) => Ok(database),
            // A later version of the client was here before this one.
            Err(_) => {
                done(factory.delete_database(name)?.as_ref()).await?;
                finish_opening(factory.open_with_u32(name, VERSION)?).await
            }
        }
    }

    /// All records of the copy.
    pub async fn copy(&self) -> Result<Vec<String>, JsValue> {
        self.all(COPY).await
    }

    /// One record of the copy.
    pub async fn record(&self, name: &str) -> Option<String> {
        let (_, store) = self.begin(COPY, IdbTransactionMode::Readonly).ok()?;
        done(&store.get(&name.into()).ok()?).await.ok()?.as_string()
    }

    /// All messages of the outbox.
    pub async fn outbox(&self) -> Result<Vec<String>, JsValue> {
        self.all(OUTBOX).await
    }

    /// From now on only this tab writes the copy. One that has led before and was asleep meanwhile may wake up
    /// with something older in its hands.
    pub async fn claim(&self, tab: &str) -> Result<(), JsValue> {
        let (transaction, store) = self.begin(COPY, IdbTransactionMode::Readwrite)?;
        store.put_with_key(&writer(tab), &WRITER.into())?;
        committed(&transaction).await
    }

    /// Writes data and cursors in one transaction, unless another tab writes by now.
    pub async fn write(&self, tab: &str, changes: &Changes) -> Result<(), JsValue> {
        let (transaction, store) = self.begin(COPY, IdbTransactionMode::Readwrite)?;
        if done(&store.get(&WRITER.into())?).await? != writer(tab) {
            return Ok(());
        }
        if changes.is_whole {
            store.clear()?;
            store.put_with_key(&writer(tab), &WRITER.into())?;
        }
        for name in &changes.deletes {
            store.delete(&name.into())?;
        }
        for (name, json) in &changes.puts {
            store.put_with_key(&json.into(), &name.into())?;
        }
        committed(&transaction).await
    }

    /// Empties the copy: what is in it is of no use, or there is no room for it.
    pub async fn clear_copy(&self) -> Result<(), JsValue> {
        let (transaction, store) = self.begin(COPY, IdbTransactionMode::Readwrite)?;
        store.clear()?;
        committed(&transaction).await
    }

    /// Keeps a message of the outbox.
    pub async fn keep(&self, key: &str, json: &str) -> Result<(), JsValue> {
        let (transaction, store) = self.begin(OUTBOX, IdbTransactionMode::Readwrite)?;
        store.put_with_key(&json.into(), &key.into())?;
        committed(&transaction).await
    }

    /// Keeps it no longer.
    pub async fn forget(&self, key: &str) -> Result<(), JsValue> {
        let (transaction, store) = self.begin(OUTBOX, IdbTransactionMode::Readwrite)?;
        store.delete(&key.into())?;
        committed(&transaction).await
    }

    /// Closes it once its transactions are done.
    pub fn close(&self) {
        self.inner.close();
    }

    fn begin(
        &self,
        store: &str,
        mode: IdbTransactionMode,
    ) -> Result<(IdbTransaction, IdbObjectStore), JsValue> {
        let transaction = self.inner.transaction_with_str_and_mode(store, mode)?;
        let store = transaction.object_store(store)?;
        Ok((transaction, store))
    }

    async fn all(&self, store: &str) -> Result<Vec<String>, JsValue> {
        let (_, store) = self.begin(store, IdbTransactionMode::Readonly)?;
        let values: Array = done(&store.get_all()?).await?.dyn_into()?;
        Ok(values.iter().filter_map(|value| value.as_string()).collect())
    }
}

async fn finish_opening(request: IdbOpenDbRequest) -> Result<Database, JsValue> {
    let opening = request.clone();
    let make_stores = Closure::<dyn FnMut()>::new(move || {
        if let Some(database) = opening.result().ok().and_then(|found| found.dyn_into().ok()) {
            // What fails here fails the opening.
            let _ = make_stores(&database);
        }
    });
    request.set_onupgradeneeded(Some(make_stores.as_ref().unchecked_ref()));
    let inner: IdbDatabase = done(&request).await?.dyn_into()?;
    let closing = inner.clone();
    // It is to be erased, or to be made anew by a later version: nobody has to wait for this tab.
    let close = Closure::once_into_js(move || closing.close());
    inner.set_onversionchange(Some(close.unchecked_ref()));
    Ok(Database { inner })
}

fn make_stores(database: &IdbDatabase) -> Result<(), JsValue> {
    let known = database.object_store_names();
    for at in 0..known.length() {
        if let Some(name) = known.get(at) {
            database.delete_object_store(&name)?;
        }
    }
    database.create_object_store(COPY)?;
    database.create_object_store(OUTBOX)?;
    Ok(())
}

/// A mark that no record is taken for: each of those begins with its kind.
fn writer(tab: &str) -> JsValue {
    JsValue::from_str(&format!("w{tab}"))
}

/// Waits for the answer to one request.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    wait(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    })
    .await?;
    request.result()
}

/// Waits until everything of a transaction is stored.
async fn committed(transaction: &IdbTransaction) -> Result<(), JsValue> {
    let finished = wait(|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onabort(Some(reject));
        transaction.set_onerror(Some(reject));
    });
    // Without waiting for the answers to its requests: the page may be about to close.
    #[expect(
        deprecated,
        reason = "web-sys says so of a method that the standard and all browsers have"
    )]
    transaction.commit()?;
    finished.await
}

fn wait(listen: impl Fn(&Function, &Function)) -> impl Future<Output = Result<(), JsValue>> {
    let promise = Promise::new(&mut |resolve, reject| listen(&resolve, &reject));
    async move { JsFuture::from(promise).await.map(drop) }
}
