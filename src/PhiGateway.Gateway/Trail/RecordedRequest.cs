using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Fills an audit record with what is known of a request so far; used by <see cref="AuditTrail"/> for every record that it writes.
/// </summary>
internal static class RecordedRequest
{
    /// <summary>How many resources a record names one by one, and how many patients the record of a refusal does.</summary>
    public const int MostListed = 1000;

    /// <summary>Adds what leaves.</summary>
    public static void AddDisclosed(AuditRecord record, Disclosure disclosure, long bytes)
    {
        record.PatientState = disclosure switch
        {
            { HasUndeterminedPatient: true } => "undetermined",
            { Patients.Count: > 0 } => "known",
            _ => "none-by-type",
        };
        record.Patients = AuditText.PatientsOf(disclosure.Patients);
        record.CoveredBy = AuditText.CoverageOf(disclosure.Coverage);
        record.Resources = AuditText.ResourcesOf(disclosure.Resources, MostListed);
        record.ResourceCount = disclosure.Resources.Count;
        AddWithheld(record, disclosure);
        if (AuditText.NoteOf(disclosure) is { } note)
        {
            record.Note = record.Note is null ? note : $"{note}; {record.Note}";
        }

        record.Labels = AuditText.LabelsOf(disclosure.Labels);
        record.Bytes = bytes;
    }

    /// <summary>Adds what stayed, and of whom: also where all of it did, so that nothing left.</summary>
    public static void AddWithheld(AuditRecord record, Disclosure disclosure)
    {
        if (disclosure.Withheld > 0)
        {
            record.WithheldCount = disclosure.Withheld;
            record.WithheldPatients = AuditText.PatientsOf(disclosure.WithheldPatients);
            record.Withheld = AuditText.WithheldOf(disclosure.WithheldResources);
        }
    }

    /// <summary>Adds what a request named, for records of things that were not released.</summary>
    /// <param name="record">Filled.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="most">How many patients are named; what was only refused is not worth naming them all.</param>
    public static void AddAsked(AuditRecord record, GatewayExchange exchange, int most = int.MaxValue)
    {
        if (exchange.Known.Request is not { } request)
        {
            return;
        }

        record.Patients = AuditText.PatientsAsked(request, most, out var count);
        if (count > most)
        {
            record.Note = $"{count} patients were asked for, of whom the first {most} are named";
        }

        record.Resources = AuditText.ResourcesAsked(request);
        record.ResourceCount = record.Resources.Count;
    }

    /// <summary>Adds what a permitted write names, and by what its patients are covered.</summary>
    public static void AddIntended(AuditRecord record, GatewayExchange exchange)
    {
        AddAsked(record, exchange);
        if (record.Patients.Count > 0)
        {
            record.CoveredBy = CoverageOfAsked(record.Patients, exchange);
        }
    }

    /// <summary>The batch that an entry belongs to; empty for a request of its own.</summary>
    public static Guid ParentOf(GatewayExchange exchange) => exchange.Bundle?.Id ?? Guid.Empty;

    /// <summary>What every record of a request says, however far the request came.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="kind">What the record is of.</param>
    /// <param name="id">Its id.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="environment">The environment where no route says one.</param>
    public static AuditRecord Describe(GatewayExchange exchange, AuditKind kind, Guid id, DateTimeOffset time, string environment)
    {
        var known = exchange.Known;
        var asked = known.Asked;
        var reply = known.Reply;
        var record = new AuditRecord
        {
            Id = id,
            Kind = kind,
            Event = asked is null ? "request" : AuditText.NameOf(asked.Interaction),
            Time = time,
            Revision = exchange.Snapshot.Revision,
            Tenant = known.Route?.Tenant,
            Environment = known.Route?.Environment ?? environment,
            Peer = exchange.Http.Connection.RemoteIpAddress?.ToString(),
            ParentId = ParentOf(exchange),
            UserAgent = UserAgentFamily.Of(exchange.Http.Request.Headers.UserAgent),
            Method = MethodOf(exchange),
            Template = asked?.Template,
            Interaction = asked is null ? null : AuditText.NameOf(asked.Interaction),
            ResourceType = known.Request is { Type.IsNone: false } typed ? typed.Type.Name : null,
            RawTarget = TargetOf(exchange),
            Parameters = FormNames.Of(asked),
            Form = FormOf(exchange, asked),
            Rule = known.Permit?.Rule,
            Obligations = known.Permit is { } permit ? AuditText.NamesOf(permit.Obligations) : [],
            Upstream = reply?.Destination,
            UpstreamStatus = reply?.Status ?? 0,
            Status = exchange.Status,
        };
        if (MustJustify(known.Permit))
        {
            record.Note = exchange.Justification;
        }

        if ((known.Client ?? exchange.Replayed) is { } client)
        {
            record.Client = client.Client.Id;
            record.UseCase = client.Client.UseCase;
            record.Organization = client.Organization?.Id;
            record.Agreement = client.Agreement?.Id;
            record.Approval = client.Approval?.Id;
            record.Approvers = client.Approvers;
            record.Owner = client.Client.Owner;
            if (ActingAgents.CharterOf(known.Caller, client, exchange.Snapshot) is { } charter)
            {
                AddAgent(record, charter, exchange);
            }
        }

        if (known.Caller is { } caller)
        {
            record.Issuer = caller.Issuer;
            record.IssuerClientId = caller.ClientId;
            record.Subject = caller.Subject;
            record.TokenId = caller.TokenId;
            record.TokenHash = caller.TokenHash;

            // The key itself is no token; when it was made stands in the registry.
            record.TokenIssuedAt = caller.Binding == ProofBinding.ApiKey ? null : caller.IssuedAt;
            record.Binding = AuditText.NameOf(caller.Binding);
            record.Certificate = caller.CertificateHash;
            record.Acr = caller.Acr;
            // What a step-up is judged by: of a service's own token that is its issue, which else nobody asks for.
            record.AuthTime = known.Client?.UseCase?.StepUp is null ? caller.AuthenticatedAt : caller.SignedInAt;
            if (caller.Actors.Count > 0)
            {
                record.Actors = caller.Actors;
            }

            record.Task = caller.Task;
            AddPurpose(record, caller, known.Client);
        }
        else
        {
            record.IssuerClientId = exchange.ClaimedClientId;
        }

        return record;
    }

    /// <summary>The same, with the limits shared with others that an emergency use went beyond in front of the reason that was given for it.</summary>
    public static AuditRecord DescribeBeyond(GatewayExchange exchange, AuditKind kind, Guid id, DateTimeOffset time, string environment)
    {
        var record = Describe(exchange, kind, id, time, environment);
        if (exchange.Passed.Names is { } names)
        {
            var note = $"emergency beyond {string.Join(", ", names)}";
            record.Note = record.Note is null ? note : $"{note}; {record.Note}";
        }

        return record;
    }

    /// <summary>Cuts what a caller wrote: what nobody answers for is kept short.</summary>
    public static void Shorten(AuditRecord record)
    {
        record.RawTarget = BoundedText.Cut(record.RawTarget);
        record.Form = BoundedText.Cut(record.Form);
        record.Method = BoundedText.Cut(record.Method);
        record.IssuerClientId = BoundedText.Cut(record.IssuerClientId);
        record.Subject = BoundedText.Cut(record.Subject);
        record.TokenId = BoundedText.Cut(record.TokenId);
        record.Acr = BoundedText.Cut(record.Acr);
        record.Task = BoundedText.Cut(record.Task);
        if (record.Actors.Count > 0)
        {
            record.Actors = [.. record.Actors.Select(static actor => BoundedText.Cut(actor)!)];
        }
    }

    // Of a transaction each entry has a permit of its own.
    private static string[] CoverageOfAsked(IReadOnlyList<string> patients, GatewayExchange exchange)
    {
        if (exchange.Entries.Count == 0)
        {
            return WordsOf(patients, named => CoverageOf(named, exchange.Known.Permit));
        }

        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var entry in exchange.Entries)
        {
            if (entry.Known is not { Permit: { } permit, Request: { } request })
            {
                continue;
            }

            foreach (var named in AuditText.PatientsAsked(request, int.MaxValue, out _))
            {
                known[named] = PatientCoverage.Join(known.GetValueOrDefault(named), CoverageOf(named, permit));
            }
        }

        return WordsOf(patients, named => known.GetValueOrDefault(named));
    }

    private static string? CoverageOf(string named, Permit? permit) =>
        PatientId.TryParse(named, out var patient) ? permit?.Release.CoverageAsked(patient) : null;

    private static string[] WordsOf(IReadOnlyList<string> patients, Func<string, string?> find) =>
        AuditText.OnceIfSame([.. patients.Select(named => find(named) ?? PatientCoverage.Unsaid)]);

    private static void AddAgent(AuditRecord record, AgentCharter charter, GatewayExchange exchange)
    {
        record.Model = AgentCharter.NameOf(charter.Vendor, charter.Model);
        record.Instance = charter.Instance;
        record.Accountable = charter.Accountable;
        record.Tool = exchange.Http.Features.Get<ToolCall>()?.Name;
    }

    // What counted: where the issuer asserts none, the one of the use case.
    private static void AddPurpose(AuditRecord record, Caller caller, ClientEntry? client)
    {
        record.Purpose = AuditText.NamesOf(caller.Purposes);
        if (record.Purpose is not null)
        {
            record.PurposeFrom = "token";
        }
        else if (caller.PurposeFromRegistry && client?.UseCase is { Purposes: [var only] })
        {
            (record.Purpose, record.PurposeFrom) = (only, "registry");
        }

        if (client is not null)
        {
            // What it counts as is fixed now: what the organization becomes later changes nothing about what happened.
            record.Accounting = AccountingClass.Of(record.Purpose, client.Organization is { Kind: OrganizationKind.Internal });
        }
    }

    // Emergency access: why it was asked for stands beside what it let out.
    private static bool MustJustify(Permit? permit)
    {
        for (var i = 0; i < permit?.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is RequireJustification)
            {
                return true;
            }
        }

        return false;
    }

    // Of an entry of a bundle its own line, as far as it could be read.
    private static string? MethodOf(GatewayExchange exchange)
    {
        if (exchange.Bundle is null)
        {
            return exchange.Http.Request.Method;
        }

        return exchange.Known.Request is { Unread: { } unread } ? unread.Method : exchange.Known.Canonical?.Method;
    }

    // The body of a bundle is none of its entries' own, and that of a declared API no form.
    private static string? FormOf(GatewayExchange exchange, FhirRequest? asked) =>
        exchange is { Bundle: null, Body: { } body, Known.Route.Api: null } ? FormNames.TextOf(asked, body.Written.Span) : null;

    private static string? TargetOf(GatewayExchange exchange)
    {
        if (exchange.Bundle is null)
        {
            return exchange.Http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        }

        return exchange.Known.Request is { Unread: { } unread } ? unread.Url : exchange.Known.Canonical?.ToTarget();
    }
}
