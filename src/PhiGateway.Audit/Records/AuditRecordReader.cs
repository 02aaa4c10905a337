using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace PhiGateway.Audit.Records;

/// <summary>Reads a record back from the bytes of the trail: for the console, exports and verification.</summary>
public static class AuditRecordReader
{
    // A record has some forty members, and records have the same.
    [ThreadStatic]
    private static KnownText? _names;

    // The same for what repeats from record to record, such as the client; not for ids and targets.
    [ThreadStatic]
    private static KnownText? _values;

    /// <summary>
    /// Reads one body where what is no record may stand among others; whoever must not pass over any asks
    /// <see cref="Read(ReadOnlySpan{byte})"/>.
    /// </summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out AuditRecord? record) =>
        TryRead(body, isShort: false, out record);

    /// <summary>
    /// Reads one body without what records list or quote at length, for whoever reads every record and asks for none of it: resources, what was
    /// withheld, documents before and after are passed over, and of the patients two are read, which is enough to see that there is one.
    /// </summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryReadShort(ReadOnlySpan<byte> body, [NotNullWhen(true)] out AuditRecord? record) =>
        TryRead(body, isShort: true, out record);

    /// <summary>Reads one body; members of later versions are passed over.</summary>
    /// <exception cref="JsonException">The bytes are no record.</exception>
    public static AuditRecord Read(ReadOnlySpan<byte> body) => Read(body, isShort: false);

    private static bool TryRead(ReadOnlySpan<byte> body, bool isShort, [NotNullWhen(true)] out AuditRecord? record)
    {
        try
        {
            record = Read(body, isShort);
            return true;
        }
        catch (JsonException)
        {
            record = null;
            return false;
        }
    }

    private static AuditRecord Read(ReadOnlySpan<byte> body, bool isShort)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An audit record is a JSON object.");
        }

        var record = new AuditRecord();
        var names = _names ??= new KnownText(256);
        var values = _values ??= new KnownText(256);
        try
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = names.Of(ref reader);
                _ = reader.Read();
                if (!isShort || !TryPassOver(record, name!, ref reader))
                {
                    Set(record, name!, values, ref reader);
                }
            }
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException)
        {
            throw new JsonException("An audit record has a member of the wrong type.", e);
        }

        return record.Kind == 0 ? throw new JsonException("An audit record has a kind.") : record;
    }

    private static bool TryPassOver(AuditRecord record, string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "resources" or "withheld" or "withheldPatients" or "coveredBy" or "approvers" or "obligations" or "before" or "after":
                reader.Skip();
                return true;
            case "patients":
                record.Patients = List(ref reader, most: 2);
                return true;
            default:
                return false;
        }
    }

    private static void Set(AuditRecord r, string name, KnownText values, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "id":
                r.Id = reader.GetGuid();
                break;
            case "kind":
                r.Kind = AuditKindNames.Parse(reader.ValueSpan);
                break;
            case "event":
                r.Event = values.Of(ref reader)!;
                break;
            case "time":
                r.Time = reader.GetDateTimeOffset();
                break;
            case "parentId":
                r.ParentId = reader.GetGuid();
                break;
            case "decision":
                r.Decision = values.Of(ref reader)!;
                break;
            case "reason":
                r.Reason = values.Of(ref reader);
                break;
            case "rule":
                r.Rule = values.Of(ref reader);
                break;
            case "revision":
                r.Revision = reader.GetInt64();
                break;
            case "tenant":
                r.Tenant = values.Of(ref reader);
                break;
            case "environment":
                r.Environment = values.Of(ref reader);
                break;
            case "client":
                r.Client = values.Of(ref reader);
                break;
            case "useCase":
                r.UseCase = values.Of(ref reader);
                break;
            case "organization":
                r.Organization = values.Of(ref reader);
                break;
            case "agreement":
                r.Agreement = values.Of(ref reader);
                break;
            case "approval":
                r.Approval = values.Of(ref reader);
                break;
            case "approvers":
                r.Approvers = List(ref reader, values);
                break;
            case "owner":
                r.Owner = values.Of(ref reader);
                break;
            case "model":
                r.Model = values.Of(ref reader);
                break;
            case "instance":
                r.Instance = values.Of(ref reader);
                break;
            case "accountable":
                r.Accountable = values.Of(ref reader);
                break;
            case "tool":
                r.Tool = values.Of(ref reader);
                break;
            case "issuer":
                r.Issuer = values.Of(ref reader);
                break;
            case "issuerClientId":
                r.IssuerClientId = values.Of(ref reader);
                break;
            case "subject":
                r.Subject = values.Of(ref reader);
                break;
            case "tokenId":
                r.TokenId = reader.GetString();
                break;
            case "tokenHash":
                r.TokenHash = reader.GetString();
                break;
            case "tokenIssuedAt":
                r.TokenIssuedAt = reader.GetDateTimeOffset();
                break;
            case "binding":
                r.Binding = values.Of(ref reader);
                break;
            case "certificate":
                r.Certificate = values.Of(ref reader);
                break;
            case "acr":
                r.Acr = values.Of(ref reader);
                break;
            case "authTime":
                r.AuthTime = reader.GetDateTimeOffset();
                break;
            case "actors":
                r.Actors = List(ref reader);
                break;
            case "purposeFrom":
                r.PurposeFrom = values.Of(ref reader);
                break;
            case "purpose":
                r.Purpose = values.Of(ref reader);
                break;
            case "accounting":
                r.Accounting = values.Of(ref reader);
                break;
            case "scope":
                r.Scope = reader.GetString();
                break;
            case "task":
                r.Task = reader.GetString();
                break;
            case "peer":
                r.Peer = values.Of(ref reader);
                break;
            case "userAgent":
                r.UserAgent = values.Of(ref reader);
                break;
            case "method":
                r.Method = values.Of(ref reader);
                break;
            case "template":
                r.Template = values.Of(ref reader);
                break;
            case "interaction":
                r.Interaction = values.Of(ref reader);
                break;
            case "resourceType":
                r.ResourceType = values.Of(ref reader);
                break;
            case "rawTarget":
                r.RawTarget = reader.GetString();
                break;
            case "parameters":
                r.Parameters = List(ref reader, values);
                break;
            case "form":
                r.Form = reader.GetString();
                break;
            case "patients":
                r.Patients = List(ref reader);
                break;
            case "coveredBy":
                r.CoveredBy = List(ref reader, values);
                break;
            case "patientState":
                r.PatientState = values.Of(ref reader)!;
                break;
            case "resources":
                r.Resources = List(ref reader);
                break;
            case "resourceCount":
                r.ResourceCount = reader.GetInt32();
                break;
            case "withheldCount":
                r.WithheldCount = reader.GetInt32();
                break;
            case "withheldPatients":
                r.WithheldPatients = List(ref reader);
                break;
            case "withheld":
                r.Withheld = List(ref reader);
                break;
            case "labels":
                r.Labels = List(ref reader);
                break;
            case "obligations":
                r.Obligations = List(ref reader);
                break;
            case "upstream":
                r.Upstream = values.Of(ref reader);
                break;
            case "upstreamStatus":
                r.UpstreamStatus = reader.GetInt32();
                break;
            case "status":
                r.Status = reader.GetInt32();
                break;
            case "bytes":
                r.Bytes = reader.GetInt64();
                break;
            case "outcome":
                r.Outcome = reader.GetString();
                break;
            case "delivery":
                r.Delivery = reader.GetString();
                break;
            case "sequences":
                r.Sequences = reader.GetString();
                break;
            case "actor":
                r.Actor = values.Of(ref reader);
                break;
            case "target":
                r.Target = reader.GetString();
                break;
            case "before":
                r.Before = reader.GetString();
                break;
            case "after":
                r.After = reader.GetString();
                break;
            case "note":
                r.Note = reader.GetString();
                break;
            default:
                reader.Skip();
                break;
        }
    }

    // Of what repeats from record to record, the values are those that are known.
    private static List<string> List(ref Utf8JsonReader reader, KnownText? values = null, int most = int.MaxValue)
    {
        var list = new List<string>(1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (list.Count < most)
            {
                list.Add((values is null ? reader.GetString() : values.Of(ref reader))!);
            }
            else if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
            {
                // Or what is no list of texts would take further members with it.
                throw new JsonException("A list of an audit record holds texts.");
            }
        }

        return list;
    }
}
