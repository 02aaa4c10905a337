using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Answers one question by the registry in force: the same decision and the same judge that requests meet on their way, over what is told
/// of the record. Pure; asked by <see cref="AuthZenCommands"/> for evaluations and, candidate by candidate, for searches.
/// </summary>
internal sealed class AccessEvaluator(AskedWords words)
{
    // Stands for a scope that the question does not tell: then the registry alone decides.
    private const string AnyScope = "system/*.cruds";

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
        string[] patients = [.. facts.Owners.Select(static owner => owner.Value!)];
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

        AccessAnswer? first = null;
        foreach (var credential in client.Credentials)
        {
            if (credential is not { Issuer: { } issuer, ClientId: { } clientId })
            {
                continue;
            }

            var request = Request(question, client, now) with
            {
                Caller = caller with { Issuer = issuer, ClientId = clientId, IssuerEnvironment = client.Client.Environment },
                Parts = [Part(action, type, id, facts)],
            };
            var answer = Judge(PolicyDecisionPoint.Decide(request, snapshot), action, facts, question.Context);
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

    private static AccessAnswer Judge(Decision decision, string action, ResourceFacts facts, JsonObject context)
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

        // What a request was permitted for is still held against each record before it leaves.
        var verdict = permit.Release.Judge(facts);
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

    private static AccessRequest Request(AccessQuestion question, ClientEntry client, DateTimeOffset now)
    {
        // Decided is now, whatever moment the question names: a moment would open what has ended.
        var context = question.Context;
        IPAddress? peer = null;
        _ = Text(context, "ip") is { } told && IPAddress.TryParse(told, out peer);
        return new AccessRequest
        {
            Caller = Nobody,
            Tenant = context.ContainsKey("tenant") ? Text(context, "tenant") ?? string.Empty : FirstTenant(client),
            Environment = context.ContainsKey("environment") ? Text(context, "environment") ?? string.Empty : client.Client.Environment,
            Peer = peer,
            Now = now,
            Parts = [],
        };
    }

    private static string FirstTenant(ClientEntry client) =>
        client.Client.Tenants.Concat(client.UseCase?.Tenants ?? []).FirstOrDefault(string.Empty);

    // Null: something is of another kind than it must be.
    private static Caller? Caller(JsonObject told, JsonObject context, DateTimeOffset now)
    {
        string[] names = ["scopes", "patient", "binding", "certificate"];
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
        var actors = Actors(told);
        if (binding is null || actors is null || (context.ContainsKey("purpose") && Text(context, "purpose") is null))
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
            Binding = binding.Value,
            CertificateHash = binding == ProofBinding.Mtls ? Text(told, "certificate") : null,
            Actors = actors,
        };
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

    // What is written is told as it is and as it will be: a change of labels or of whose it is cannot be asked about.
    private static AccessPart Part(string action, ResourceType type, string id, ResourceFacts facts)
    {
        var part = new AccessPart
        {
            Interaction = action switch
            {
                "read" => Interaction.Read,
                "vread" => Interaction.VRead,
                "search" => Interaction.SearchType,
                "history" => Interaction.HistoryInstance,
                "create" => Interaction.Create,
                "update" => Interaction.Update,
                "patch" => Interaction.Patch,
                "delete" => Interaction.Delete,
                _ => Interaction.None,
            },
            Type = type,
            Id = action is "search" or "create" ? null : id,
            Patients = type == ResourceType.Patient && action is not ("search" or "create") ? [PatientId.Parse(id)] : [],
        };
        return action switch
        {
            "create" => part with { Body = facts },
            "update" or "patch" => part with { Body = facts, Stored = facts, StoredState = StoredState.Present },
            "delete" => part with { Stored = facts, StoredState = StoredState.Present },
            _ => part,
        };
    }

    private static string? Text(JsonObject from, string name) =>
        from[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static AccessAnswer Denied(DenyReason reason) => new(false, reason.Code, reason.PublicText);
}
