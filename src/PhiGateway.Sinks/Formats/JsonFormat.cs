using System.Globalization;
using PhiGateway.Sinks.Events;

namespace PhiGateway.Sinks.Formats;

/// <summary>Writes an event under the trail's own names, for receivers that have no schema of theirs.</summary>
internal sealed class JsonFormat : IEventFormat
{
    /// <inheritdoc />
    public byte[] Write(SinkEvent of)
    {
        using var json = new JsonLine();
        json.Text("time", of.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.Text("id", of.Id.ToString("D"));
        json.Text("parent_id", of.ParentId == Guid.Empty ? null : of.ParentId.ToString("D"));
        json.Text("log", of.Log);
        json.Place("sequence", of.Sequence);
        json.Text("chain_hash", of.ChainHash);
        json.Text("kind", EventMeaning.KindOf(of));
        json.Text("event", of.Event);
        json.Number("severity", EventMeaning.SeverityOf(of));
        json.Text("message", EventMeaning.TitleOf(of));
        json.Text("decision", of.Decision);
        json.Text("reason", of.Reason);
        json.Text("rule", of.Rule);
        json.Number("revision", of.Revision);
        json.Text("tenant", of.Tenant);
        json.Text("environment", of.Environment);
        json.Text("client", of.Client);
        json.Text("use_case", of.UseCase);
        json.Text("organization", of.Organization);
        json.Text("agreement", of.Agreement);
        json.Text("approval", of.Approval);
        json.Texts("approvers", of.Approvers);
        json.Text("owner", of.Owner);
        json.Text("issuer", of.Issuer);
        json.Text("subject", of.Subject);
        json.Text("subject_hash", of.SubjectHash);
        json.Text("token_id", of.TokenId);
        json.Text("token_sha256", of.TokenHash);
        json.Text("binding", of.Binding);
        json.Text("certificate_sha256", of.Certificate);
        json.Text("acr", of.Acr);
        json.Text("auth_time", of.AuthTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.Texts("actors", of.Actors);
        json.Texts("actor_hashes", of.ActorHashes);
        json.Text("purpose", of.Purpose);
        json.Text("purpose_from", of.PurposeFrom);
        json.Text("peer", of.Peer);
        json.Text("method", of.Method);
        json.Text("template", of.Template);
        json.Text("interaction", of.Interaction);
        json.Text("resource_type", of.ResourceType);
        json.Texts("patient_hashes", of.Patients);
        json.Number("patients", of.PatientCount);
        json.Texts("covered_by", of.CoveredBy);
        json.Text("patient_state", of.PatientState);
        json.Number("resources", of.ResourceCount);
        json.Number("withheld", of.WithheldCount);
        json.Text("upstream", of.Upstream);
        json.Number("upstream_status", of.UpstreamStatus);
        json.Number("status", of.Status);
        json.Number("bytes", of.Bytes);
        json.Text("outcome", of.Outcome);
        json.Text("delivery", of.Delivery);
        json.Text("actor", of.Actor);
        json.Text("target", of.Target);
        if (of.Alert is { } alert)
        {
            json.Text("alert", alert.Id);
            json.Text("alert_kind", alert.Kind);
            json.Text("alert_subject", alert.Subject);
            json.Text("alert_severity", alert.Severity);
            json.Text("alert_lane", alert.Lane);
            json.Text("alert_words", alert.Words);
            json.Text("alert_risk", alert.Risk);
            json.Text("alert_technique", alert.Technique);
            json.Text("alert_due", alert.Due);
            json.Text("alert_notify", alert.Notify);
            json.Text("alert_href", alert.Href);
        }

        return json.End();
    }
}
