using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Configuration;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Answers one question by the registry in force: the same decision and the same judge that requests meet on their way, over what is told
/// of the record. Pure; asked by <see cref="AuthZenCommands"/> for evaluations and, candidate by candidate, for searches.
/// </summary>
internal sealed class AccessEvaluator(AskedWords words, AdminOptions options)
{
    // Stands for a scope that the question does not tell: then the registry alone decides.
    private const string AnyScope = "system/*.cruds";

    // The last second that a date can hold, and some.
    private const long Latest = 253_402_300_800;

    private static readonly Caller Nobody = new()
    {
        Issuer = string.Empty,
        IssuerEnvironment = string.Empty,
        ClientId = string.Empty,
        Scopes = SmartScopeReader.Read(string.Empty),
        IssuedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch,
        TokenHash = "none",
    };

    /// <summary>The answer; what is not understood is denied, with a reason.</summary>
    public AccessAnswer Evaluate(AccessQuestion question, RegistrySnapshot snapshot, DateTimeOffset now)
    {
        if (!words.IsClient(question.Subject.Type))
        {
            return new AccessAnswer(false, "subject-type-not-known", "Nothing here is called by this type of subject.");
        }

        if (snapshot.FindClientById(question.Subject.Id!) is not { } client)
        {
            return Denied(DenyReason.UnknownClient);
        }

        var answer = OfClient(question, client, snapshot, now);
        return answer with { Client = client.Client.Id };
    }

    private AccessAnswer OfClient(AccessQuestion question, ClientEntry client, RegistrySnapshot snapshot, DateTimeOffset now)
    {
        if (words.ResourceOf(question.Resource.Type) is not { } type)
        {
            return new AccessAnswer(false, "resource-type-not-known", "Nothing here is called by this type of resource.");
        }

        if (words.ActionOf(question.Action) is not { } action)
        {
            return new AccessAnswer(false, "action-not-known", "No word of a grant is meant by this action.");
        }

        if (question.Resource.Id is not { } id || !FhirId.IsValid(id))
        {
            return new AccessAnswer(false, "id-not-readable", "A resource's id is a FHIR id.");
        }

        var told = words.Complete(type, id, question.Resource.Properties);
        var missing = RecordFacts.Read(type, id, told, out var facts);
        ResourceFacts? current = null;
        if (missing is null && action is "vread" or "history")
        {
            missing = Current(type, id, question.Resource.Properties, out current);
        }

        string[] patients =
        [
            .. facts.Owners.Concat(current?.Owners ?? []).Select(static owner => owner.Value!).Distinct(StringComparer.Ordinal),
        ];
        if (missing is not null)
        {
            return new AccessAnswer(false, "facts-missing", missing) { Patients = patients };
        }

        if (Caller(question.Subject.Properties, question.Context, now) is not { } caller)
        {
            return new AccessAnswer(
                false,
                "caller-not-readable",
                "scopes, patient, binding, certificate and purpose are texts, actors a list."
            )
            {
                Patients = patients,
            };
        }

        if (Place(question.Context, client, out var place) is { } nowhere)
        {
            return nowhere with { Patients = patients };
        }

        var request = Request(question, place, now) with { Parts = [AskedParts.Of(action, question.Action.Properties, facts, client)] };
        AccessAnswer? first = null;
        foreach (var credential in client.Credentials)
        {
            if (credential is not { Issuer: { } issuer, ClientId: { } clientId })
            {
                continue;
            }

            var known = caller with { Issuer = issuer, ClientId = clientId, IssuerEnvironment = client.Client.Environment };
            var decision = PolicyDecisionPoint.Decide(request with { Caller = known }, snapshot);
            var answer = Judge(decision, action, facts, current, question.Context);
            first = first is null || answer.Permit ? answer : first;
            if (answer.Permit)
            {
                break;
            }
        }

        return (first ?? Denied(DenyReason.UnknownClient)) with
        {
            Patients = patients,
        };
    }

    private static AccessAnswer Judge(Decision decision, string action, ResourceFacts facts, ResourceFacts? current, JsonObject context)
    {
        if (decision is not Permit permit)
        {
            return Denied((decision as Deny)?.Reason ?? DenyReason.Faulted);
        }

        // A use that nobody takes would be a use for nothing; only the gateway itself counts them.
        if (permit.Obligations.Any(static obligation => obligation is CountTaskUses))
        {
            return new AccessAnswer(false, "task-counted", "Uses of a task are counted on the gateway's own way only.");
        }

        if (action is not ("read" or "vread" or "search" or "history"))
        {
            return new AccessAnswer(true);
        }

        // What a request was permitted for is still held against each record before it leaves; what was restricted since does not leave as it
        // was before.
        var verdict = permit.Release.Judge(facts);
        if (current is not null && permit.Release.Judge(current) is { Reason: not WithholdReason.None } now)
        {
            verdict = now;
        }

        if (verdict is not { Reason: WithholdReason.None, Elements: { } elements })
        {
            var code = JsonNamingPolicy.KebabCaseLower.ConvertName(verdict.Reason.ToString());
            return new AccessAnswer(false, "withheld-" + code, "The registry withholds this record from this subject.");
        }

        if (elements.IsAll)
        {
            return new AccessAnswer(true);
        }

        var kept = new KeptElements([.. elements.Names.Order(StringComparer.Ordinal)], elements.Masks);
        return Understands(context)
            ? new AccessAnswer(true) { Kept = kept }
            : new AccessAnswer(
                false,
                "elements-restricted",
                "Only some elements may leave: say in context.understands that elements are kept, and keep them."
            );
    }

    private static bool Understands(JsonObject context) =>
        context["understands"] is JsonArray said
        && said.Any(static one => one?.GetValueKind() == JsonValueKind.String && one.GetValue<string>() == "elements");

    // An earlier version is judged as the record is now as well; of one that is no more nothing can be told.
    private string? Current(ResourceType type, string id, JsonObject told, out ResourceFacts? current)
    {
        current = null;
        if (told.TryGetPropertyValue("current", out var node) && node is not JsonObject)
        {
            return "resource.properties.current must be an object.";
        }

        if (RecordFacts.Read(type, id, words.Complete(type, id, node as JsonObject ?? []), out var facts) is { } missing)
        {
            return "resource.properties.current must tell the same of the record's current version: " + missing;
        }

        current = facts;
        return null;
    }

    private static AccessRequest Request(AccessQuestion question, AskedPlace place, DateTimeOffset now)
    {
        // Decided is now, whatever moment the question names: a moment would open what has ended.
        IPAddress? peer = null;
        _ = Text(question.Context, "ip") is { } told && IPAddress.TryParse(told, out peer);
        return new AccessRequest
        {
            Caller = Nobody,
            Tenant = place.Tenant,
            TenantTag = place.Tag,
            Environment = place.Environment,
            Peer = peer,
            Now = now,
            Parts = [],
        };
    }

    // Null: the place is known. Tenants that share a server are told apart by a tag, which each of their records must bear.
    private AccessAnswer? Place(JsonObject context, ClientEntry client, out AskedPlace place)
    {
        var environment = context.ContainsKey("environment") ? Text(context, "environment") ?? string.Empty : client.Client.Environment;
        var tenant = context.ContainsKey("tenant") ? Text(context, "tenant") ?? string.Empty : OnlyTenant(client);
        place = new AskedPlace(tenant ?? string.Empty, environment, null);
        if (tenant is null)
        {
            return new AccessAnswer(
                false,
                "tenant-not-told",
                "This subject serves several tenants: say in context.tenant whose record it is."
            );
        }

        switch (options.TenantTagsOf(tenant, environment))
        {
            case []:
                return null;
            case [var text] when TokenValue.TryParse(text, out var tag) && tag is { System.Length: > 0, Code.Length: > 0 }:
                place = place with { Tag = tag };
                return null;
            default:
                return new AccessAnswer(
                    false,
                    "tenant-not-clear",
                    "This tenant is told apart by more than one tag: which counts is not known."
                );
        }
    }

    // Null: it serves several, and none of them may be taken for the one that is meant.
    private static string? OnlyTenant(ClientEntry client)
    {
        IReadOnlyList<string> served = client.Client.Tenants.Count > 0 ? client.Client.Tenants : client.UseCase?.Tenants ?? [];
        return served.Distinct(StringComparer.Ordinal).ToArray() switch
        {
            [] => string.Empty,
            [var only] => only,
            _ => null,
        };
    }

    // Null: something is of another kind than it must be.
    private static Caller? Caller(JsonObject told, JsonObject context, DateTimeOffset now)
    {
        string[] names = ["scopes", "patient", "binding", "certificate", "acr"];
        if (names.Any(name => told.ContainsKey(name) && Text(told, name) is null))
        {
            return null;
        }

        PatientId? patient = null;
        if (Text(told, "patient") is { } launched)
        {
            if (!PatientId.TryParse(launched, out var read))
            {
                return null;
            }

            patient = read;
        }

        ProofBinding? binding = Text(told, "binding") switch
        {
            null or "none" => ProofBinding.None,
            "mtls" => ProofBinding.Mtls,
            "dpop" => ProofBinding.Dpop,
            _ => null,
        };
        var (actors, signedIn) = (Actors(told), SignedIn(told));
        if (binding is null || actors is null || signedIn is null || (context.ContainsKey("purpose") && Text(context, "purpose") is null))
        {
            return null;
        }

        var codes = (Text(context, "purpose") ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Nobody with
        {
            Scopes = SmartScopeReader.Read(Text(told, "scopes") ?? AnyScope),
            Purposes = [.. codes.Where(static code => PurposeOfUse.TryParse(code, out _)).Select(PurposeOfUse.Parse)],
            HasUnknownPurpose = codes.Any(static code => !PurposeOfUse.TryParse(code, out _)),
            PurposeFromRegistry = codes.Length == 0,
            PatientContext = patient,
            IssuedAt = now,
            ExpiresAt = now,
            AuthenticatedAt = signedIn,
            Acr = Text(told, "acr"),
            Binding = binding.Value,
            CertificateHash = binding == ProofBinding.Mtls ? Text(told, "certificate") : null,
            Actors = actors,
        };
    }

    // As OpenID Connect's auth_time. A question that does not say when is one about a sign-in of long ago: a fresh one is not taken for granted.
    private static DateTimeOffset? SignedIn(JsonObject told)
    {
        if (!told.TryGetPropertyValue("auth_time", out var node))
        {
            return DateTimeOffset.UnixEpoch;
        }

        return
            node?.GetValueKind() == JsonValueKind.Number
            && node.AsValue().TryGetValue<long>(out var seconds)
            && seconds is >= 0 and < Latest
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    private static List<string>? Actors(JsonObject told)
    {
        if (!told.TryGetPropertyValue("actors", out var node))
        {
            return [];
        }

        var actors = new List<string>();
        foreach (var one in node as JsonArray ?? [null])
        {
            if (one?.GetValueKind() != JsonValueKind.String || actors.Count == 16)
            {
                return null;
            }

            actors.Add(one.GetValue<string>());
        }

        return actors;
    }

    private static string? Text(JsonObject from, string name) =>
        from[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static AccessAnswer Denied(DenyReason reason) => new(false, reason.Code, reason.PublicText);

    // Whose server is asked about, and by which tag its records are known there.
    private sealed record AskedPlace(string Tenant, string Environment, TokenValue? Tag);
}
