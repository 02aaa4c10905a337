using System.Globalization;
using PhiGateway.Sinks.Events;

namespace PhiGateway.Sinks.Formats;

/// <summary>Writes an event in the Open Cybersecurity Schema Framework, version 1.8: docs/siem.md has the table.</summary>
internal sealed class OcsfFormat : IEventFormat
{
    private const string SchemaVersion = "1.8.0";

    private static readonly string[] Severities = ["Unknown", "Informational", "Low", "Medium", "High", "Critical"];

    /// <inheritdoc />
    public byte[] Write(SinkEvent of)
    {
        using var json = new JsonLine();
        var type = OcsfClass.Of(of);
        json.Number("activity_id", type.Activity);
        json.Text("activity_name", type.ActivityName);
        json.Number("category_uid", type.Category);
        json.Text("category_name", type.CategoryName);
        json.Number("class_uid", type.Class);
        json.Text("class_name", type.ClassName);
        json.Number("type_uid", type.TypeUid);
        json.Text("type_name", $"{type.ClassName}: {type.ActivityName}");
        json.Number("time", of.Time.ToUnixTimeMilliseconds());
        var severity = EventMeaning.SeverityOf(of);
        json.Number("severity_id", severity);
        json.Text("severity", Severities[severity]);
        json.Text("message", EventMeaning.TitleOf(of));
        Status(json, of);
        Metadata(json, of);
        Actor(json, of);
        Body(json, of, type);
        Unmapped(json, of);
        return json.End();
    }

    private static void Status(JsonLine json, SinkEvent of)
    {
        var failed = of.Decision is "deny" or "error" || of.Outcome == "not-applied";
        json.Number("status_id", failed ? 2 : 1);
        json.Text("status", failed ? "Failure" : "Success");
        json.Text("status_code", of.Status == 0 ? null : of.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.Text("status_detail", of.Reason);
        switch (of.Decision)
        {
            case "permit":
                Control(json, 1, "Allowed", 1, "Allowed");
                break;
            case "deny":
                Control(json, 2, "Denied", 26, "Unauthorized");
                break;
            case "error":
                Control(json, 2, "Denied", 27, "Error");
                break;
            default:
                break;
        }
    }

    private static void Control(JsonLine json, int action, string actionName, int disposition, string dispositionName)
    {
        json.Number("action_id", action);
        json.Text("action", actionName);
        json.Number("disposition_id", disposition);
        json.Text("disposition", dispositionName);
    }

    private static void Metadata(JsonLine json, SinkEvent of)
    {
        json.Open("metadata");
        json.Text("version", SchemaVersion);
        json.Text("uid", of.Id.ToString("D"));
        json.Text("correlation_uid", of.ParentId == Guid.Empty ? null : of.ParentId.ToString("D"));
        json.Text("event_code", $"{EventMeaning.KindOf(of)}.{of.Event}");
        json.Text("log_name", of.Log);
        json.Place("sequence", of.Sequence);
        json.Text("tenant_uid", of.Tenant);
        if (of.Decision.Length > 0)
        {
            json.Texts("profiles", ["security_control"]);
        }

        json.Open("product");
        json.Text("name", ProductName.Name);
        json.Text("vendor_name", ProductName.Name);
        json.Text("version", ProductName.Version);
        json.Text("uid", of.Node);
        json.Close();
        json.Close();
    }

    private static void Actor(JsonLine json, SinkEvent of)
    {
        json.Open("actor");
        json.Text("app_uid", of.Client ?? (of.Actor is null && of.SubjectHash is null ? ProductName.App : null));
        User(json, "user", of);
        if (of.TokenId is not null || of.Issuer is not null)
        {
            json.Open("session");
            json.Text("uid", of.TokenId);
            json.Text("issuer", of.Issuer);
            json.Close();
        }

        json.Close();
    }

    private static void User(JsonLine json, string name, SinkEvent of)
    {
        var uid = of.Actor ?? of.SubjectHash ?? of.Subject ?? of.Client;
        if (uid is null)
        {
            return;
        }

        json.Open(name);
        json.Text("uid", uid);
        json.Number("type_id", of.Actor is null && of.SubjectHash is null ? 4 : 1);
        json.Text("type", of.Actor is null && of.SubjectHash is null ? "Service" : "User");
        if (of.Organization is not null)
        {
            json.Open("org");
            json.Text("uid", of.Organization);
            json.Close();
        }

        json.Close();
    }

    private static void Body(JsonLine json, SinkEvent of, OcsfClass type)
    {
        switch (type.Class)
        {
            case OcsfClass.EntityManagement:
                Entity(json, of);
                break;
            case OcsfClass.Authentication:
                User(json, "user", of);
                json.Text("auth_protocol", "OAuth 2.0");
                json.Number("auth_protocol_id", 6);
                break;
            case OcsfClass.AuthorizeSession:
                User(json, "user", of);
                json.Texts("privileges", ["emergency-access"]);
                json.Flag("is_alert");
                break;
            case OcsfClass.DetectionFinding:
                json.Open("finding_info");
                json.Text("uid", of.Id.ToString("D"));
                json.Text("title", EventMeaning.TitleOf(of));
                json.Close();
                json.Flag("is_alert");
                break;
            case OcsfClass.Lifecycle:
                json.Open("app");
                json.Text("name", ProductName.Name);
                json.Text("vendor_name", ProductName.Name);
                json.Text("version", ProductName.Version);
                json.Text("uid", of.Node);
                json.Close();
                break;
            default:
                Api(json, of);
                break;
        }
    }

    private static void Entity(JsonLine json, SinkEvent of)
    {
        var target = of.Target ?? of.Event;
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        json.Open("entity");
        json.Text("uid", target);
        json.Text("type", slash < 0 ? target : target[..slash]);
        json.Close();
    }

    private static void Api(JsonLine json, SinkEvent of)
    {
        json.Open("api");
        json.Text("operation", of.Interaction ?? of.Event);
        if (of.Upstream is not null)
        {
            json.Open("service");
            json.Text("name", of.Upstream);
            json.Close();
        }

        json.Close();
        json.Open("src_endpoint");
        if (System.Net.IPAddress.TryParse(of.Peer, out _))
        {
            json.Text("ip", of.Peer);
        }
        else
        {
            json.Text("name", of.Peer ?? of.Node);
        }

        json.Close();
        if (of.Method is not null)
        {
            json.Open("http_request");
            json.Text("http_method", of.Method);
            json.Close();
        }

        if (of.Status != 0)
        {
            json.Open("http_response");
            json.Number("code", of.Status);
            json.Number("body_length", of.Bytes);
            json.Close();
        }

        Resources(json, of);
    }

    // Patients by their keyed hashes; of resources the type, never an id.
    private static void Resources(JsonLine json, SinkEvent of)
    {
        if (of.Patients.Count == 0 && of.ResourceType is null)
        {
            return;
        }

        json.OpenList("resources");
        foreach (var patient in of.Patients)
        {
            json.Open();
            json.Text("uid", patient);
            json.Text("type", "Patient");
            json.Close();
        }

        if (of.ResourceType is not null)
        {
            json.Open();
            json.Text("name", of.ResourceType);
            json.Text("type", "FHIR resource type");
            json.Close();
        }

        json.CloseList();
    }

    private static void Unmapped(JsonLine json, SinkEvent of)
    {
        json.Open("unmapped");
        json.Text("environment", of.Environment);
        json.Text("use_case", of.UseCase);
        json.Text("agreement", of.Agreement);
        json.Text("approval", of.Approval);
        json.Texts("approvers", of.Approvers);
        json.Text("owner", of.Owner);
        json.Text("purpose", of.Purpose);
        json.Text("purpose_from", of.PurposeFrom);
        json.Text("rule", of.Rule);
        json.Number("registry_revision", of.Revision);
        json.Text("template", of.Template);
        json.Text("token_sha256", of.TokenHash);
        json.Text("binding", of.Binding);
        json.Text("certificate_sha256", of.Certificate);
        json.Text("acr", of.Acr);
        json.Text("auth_time", of.AuthTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.Texts("actors", of.Actors);
        json.Texts("actor_hashes", of.ActorHashes);
        json.Number("patients", of.PatientCount);
        json.Texts("covered_by", of.CoveredBy);
        json.Text("patient_state", of.PatientState);
        json.Number("resources", of.ResourceCount);
        json.Number("withheld", of.WithheldCount);
        json.Number("upstream_status", of.UpstreamStatus);
        json.Text("outcome", of.Outcome);
        json.Text("delivery", of.Delivery);
        json.Text("chain_hash", of.ChainHash);
        json.Close();
    }
}
