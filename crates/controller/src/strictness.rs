//! What requests may not hold.
//!
//! The derive of the schemas does not see that the variants of an enum refuse unknown fields as structs do, and takes
//! a query parameter that may be absent for one that may be `null`, which nobody can spell in a query.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, SchemaType, Type};
use utoipa::openapi::{OpenApi, PathItem, RefOr, Schema};

/// Describes requests as strictly as they are read.
pub(crate) fn describe_requests(api: &mut OpenApi) {
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter
                && matches!(parameter.parameter_in, ParameterIn::Query)
                && let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
            {
                forbid_null(&mut object.schema_type);
            }
        }
    }
    let schemas = &mut api.components.get_or_insert_default().schemas;
    for (_, schema) in schemas.iter_mut().filter(|(name, _)| name.ends_with("Request")) {
        if let RefOr::T(Schema::OneOf(variants)) = schema {
            variants.items.iter_mut().for_each(close);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ];
    all.into_iter().flatten()
}

fn forbid_null(schema_type: &mut SchemaType) {
    if let SchemaType::Array(types) = schema_type {
        types.retain(|one| *one != Type::Null);
        if let [only] = &types[..] {
            *schema_type = SchemaType::Type(only.clone());
        }
    }
}

fn close(variant: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = variant {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}
