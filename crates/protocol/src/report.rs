//! Reports: what people tell the operator of each other.

use damso_domain::{ConversationId, ReportId, ReportReason, Seq, UserId};
use serde::{Deserialize, Serialize};

/// Body of `POST /reports`: about a person, or about a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateReportRequest {
    /// About this person, as they are now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// About a message in this conversation; goes with `seq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// About the message with this number; goes with `conversation_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// Why.
    pub reason: ReportReason,
    /// Up to 1,000 characters for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "세 번째 같은 광고예요."))]
    pub note: Option<String>,
}

/// A report that the operator will read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedReport {
    /// The report.
    pub id: ReportId,
}
