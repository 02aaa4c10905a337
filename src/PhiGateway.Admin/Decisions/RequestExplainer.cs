using System.Net;
using System.Text;
using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Decisions;

/// <summary>Decides an imagined request over the registry in force and says what every question found.</summary>
internal sealed class RequestExplainer(
    IAuditJournal journal,
    AdminJournal records,
    ISnapshotSource snapshots,
    AdminOptions options,
    TimeProvider time
)
{
    private const int MaxLifetime = 86_400;

    // Stands for a scope that the question does not tell: then the grants alone decide, and the answer says so.
    private const string AnyScope = "system/*.cruds";

    /// <summary>Explains what would be decided; the question is on record before the answer.</summary>
    public async Task<Outcome<DecisionExplanation>> ExplainAsync(AdminCall call, ExplainRequest body)
    {
        var snapshot = snapshots.Current;
        if (Read(body, snapshot).Failed(out var problem, out var imagined))
        {
            return problem;
        }

        // Whether a patient is on a roster shows in the answer, so the question is on record first.
        var look = records.Create(call, "decision.imagine", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        look.Client = imagined.Entry?.Client.Id;
        look.Tenant = imagined.Access.Tenant;
        look.Patients =
        [
            .. imagined
                .Access.Parts.SelectMany(static part => part.Patients)
                .Select(static patient => patient.Value!)
                .Distinct(StringComparer.Ordinal),
        ];
        await journal.AppendAsync(look);
        return Explain(body, imagined, snapshot);
    }

    private DecisionExplanation Explain(ExplainRequest body, Imagined imagined, RegistrySnapshot snapshot)
    {
        var access = imagined.Access;
        var rules = options.TokenRules(access.Caller.Issuer);
        var trace = imagined.Refusal is null ? PolicyDecisionPoint.Explain(access, snapshot) : null;
        var deny = imagined.Refusal is { } refused ? new Deny(refused, imagined.Detail) : trace!.Decision as Deny;

        // The token is looked at after the line of the request and before anything else.
        if (deny?.Reason.Stage != DenyStage.Ingress && TokenDoors.Refuse(body.Caller!, rules, access.Now) is { } early)
        {
            (deny, trace) = (new Deny(early), null);
        }

        var line = body.Request!.Split(' ', 2);
        var asked = new ExplainedRequest(
            line[0],
            line[1],
            imagined.Fhir?.Template,
            imagined.Fhir is { } fhir ? JsonNamingPolicy.KebabCaseLower.ConvertName(fhir.Interaction.ToString()) : null,
            imagined.Fhir is { Type.IsNone: false } typed ? typed.Type.Name : null,
            body.Caller!.Purpose,
            access.Tenant,
            access.Environment
        );
        var proof = new ExplainedProof(
            access.Caller.Issuer,
            access.Caller.ClientId,
            null,
            access.Caller.Binding.ToString().ToLowerInvariant(),
            null,
            null,
            body.Peer,
            access.Caller.Actors
        );
        var doors = imagined.Entry is { } entry ? DoorReport.Of(entry, snapshot, access.Now, options.WarnDays) : [];
        var questions = TokenDoors.Render(
            body.Caller!,
            DecisionExplainer.Render(trace?.Answers ?? DecisionQuestions.Reconstruct(deny!.Reason, deny.Rule)),
            deny?.Reason
        );
        var (closed, toOpen) = deny is null
            ? (null, [])
            : ClosureWords.Of(new ClosureWords.Facts(deny.Reason, deny.Rule, asked, proof, access.Now), imagined.Entry, doors);
        return new DecisionExplanation(
            null,
            deny is null ? "permit" : "deny",
            deny?.Reason.Code,
            deny?.Reason.Stage.ToString(),
            deny?.Reason.PublicText,
            deny?.Rule ?? (trace?.Decision as Permit)?.Rule,
            access.Now,
            null,
            new ExplainedCaller(
                imagined.Entry?.Client.Id,
                imagined.Entry?.Client.UseCase,
                imagined.Entry?.Organization?.Id,
                imagined.Entry?.Organization?.Name,
                imagined.Entry?.Client.Owner,
                imagined.Entry?.Approval?.ApprovedBy,
                imagined.Entry?.Approval?.ApprovedAt
            ),
            ExplainedGround.Of(imagined.Entry),
            proof,
            asked,
            TokenDoors.Describe(body.Caller!, rules, imagined.Entry?.Client.MaxTokenLifetimeSeconds, questions, access.Now),
            questions,
            doors,
            closed,
            toOpen,
            new ExplainedRegistry(snapshot.Revision, snapshot.Revision, [], "Decided over the registry in force.")
        );
    }

    private Outcome<Imagined> Read(ExplainRequest body, RegistrySnapshot snapshot)
    {
        if (body.Caller is not { } who)
        {
            return AdminProblem.Invalid("/caller", "required", "Say who would call.");
        }

        if (IsFar(body.At) || IsFar(who.IssuedAt) || IsFar(who.AuthTime))
        {
            var member = IsFar(who.IssuedAt) ? "/caller/issued_at" : "/caller/auth_time";
            return AdminProblem.Invalid(IsFar(body.At) ? "/at" : member, "out-of-range", "A moment from 1900 to 2200 is expected.");
        }

        if (body.Request?.Split(' ') is not [{ Length: > 0 } method, ['/', ..] target])
        {
            return AdminProblem.Invalid("/request", "invalid", "Method and target are expected, such as GET /fhir/Observation?patient=17.");
        }

        var entry = who.Client is { } id ? snapshot.FindClientById(id) : null;
        var credential = entry?.Credentials.FirstOrDefault(static known => known is { Issuer: not null, ClientId: not null });
        if ((who.Issuer ?? credential?.Issuer, who.ClientId ?? credential?.ClientId) is not ({ } issuer, { } clientId))
        {
            return AdminProblem.Invalid(
                "/caller",
                "unknown-client",
                "Name a registered client with a credential, or issuer and client_id."
            );
        }

        entry ??= snapshot.FindClient(issuer, clientId);
        if (ReadCaller(who, issuer, clientId, entry, body.At ?? time.GetUtcNow()).Failed(out var problem, out var caller))
        {
            return problem;
        }

        IPAddress? peer = null;
        if (body.Peer is not null && !IPAddress.TryParse(body.Peer, out peer))
        {
            return AdminProblem.Invalid("/peer", "invalid", "An IP address is expected.");
        }

        var access = new AccessRequest
        {
            Caller = caller,
            Tenant = body.Tenant ?? TenantOf(entry),
            Environment = body.Environment ?? entry?.Client.Environment ?? string.Empty,
            Peer = peer,
            Now = body.At ?? time.GetUtcNow(),
            Parts = [],
            Justification = body.Justification,
            Tool = body.Tool,
            // What a node had seen of the client is on no record: what is explained is what a call that is not its first meets.
            Habits = ClientHabits.Known,
        };
        var basePath = body.Base ?? "/fhir";
        var line = CanonicalReader.ReadAsked(method, target, basePath);
        if (!line.TryGet(out var canonical, out var refusal))
        {
            return new Imagined(access, entry, null, refusal, line.Detail);
        }

        var bytes = body.Resource is null ? default : (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(body.Resource.ToJsonString());
        var headers = new FhirHeaders { ContentType = bytes.IsEmpty ? null : body.ContentType ?? "application/fhir+json" };
        var reading = FhirRequestReader.Read(
            canonical,
            headers,
            bytes,
            new FhirContext
            {
                GatewayBase = "https://gateway.invalid" + basePath,
                UpstreamBases = [],
                Declared = options.DeclaredParametersOf(basePath),
            }
        );
        return reading.TryGet(out var fhir, out refusal)
            ? new Imagined(access with { Parts = fhir.Parts }, entry, fhir, null, null)
            : new Imagined(access, entry, null, refusal, reading.Detail);
    }

    // At the calendar's edges nothing can be added or taken away.
    private static bool IsFar(DateTimeOffset? moment) => moment is { Year: < 1900 or > 2200 };

    private static string TenantOf(ClientEntry? entry)
    {
        if (entry?.Client.Tenants is [var own, ..])
        {
            return own;
        }

        return entry?.UseCase?.Tenants is [var first, ..] ? first : string.Empty;
    }

    private static Outcome<Caller> ReadCaller(ExplainCaller who, string issuer, string clientId, ClientEntry? entry, DateTimeOffset now)
    {
        PatientId? patient = null;
        if (who.Patient is not null)
        {
            if (!PatientId.TryParse(who.Patient, out var read))
            {
                return AdminProblem.Invalid("/caller/patient", "malformed-id", "A FHIR id is expected.");
            }

            patient = read;
        }

        if (who.Lifetime is < 1 or > MaxLifetime)
        {
            return AdminProblem.Invalid("/caller/lifetime", "out-of-range", $"1 to {MaxLifetime} seconds.");
        }

        ProofBinding? binding = who.Binding switch
        {
            null or "none" => ProofBinding.None,
            "mtls" => ProofBinding.Mtls,
            "dpop" => ProofBinding.Dpop,
            _ => null,
        };
        if (binding is null)
        {
            return AdminProblem.Invalid("/caller/binding", "invalid", "none, mtls or dpop.");
        }

        if (who.Actors?.Any(static actor => string.IsNullOrEmpty(actor)) == true)
        {
            return AdminProblem.Invalid("/caller/actors", "invalid", "Client ids are expected, outermost first.");
        }

        // Of a token whose lifetime is not known, its age at least is: it lives as long as that.
        var issued = who.IssuedAt ?? now;
        var codes = (who.Purpose ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Caller
        {
            Issuer = issuer,
            IssuerEnvironment = entry?.Client.Environment ?? string.Empty,
            ClientId = clientId,
            Scopes = SmartScopeReader.Read(who.Scopes ?? AnyScope),
            Purposes = [.. codes.Where(static code => PurposeOfUse.TryParse(code, out _)).Select(PurposeOfUse.Parse)],
            HasUnknownPurpose = codes.Any(static code => !PurposeOfUse.TryParse(code, out _)),
            PatientContext = patient,
            Tenant = who.Tenant,
            Subject = who.Subject,
            // Where scopes are told they say whose it is, as in a token; else whoever is named is taken for a person.
            IsPersons = who is { Subject: not null, Scopes: null } ? true : null,
            AuthenticatedAt = who.AuthTime,
            Acr = who.Acr,
            IssuedAt = issued,
            ExpiresAt = who.Lifetime is { } seconds ? issued.AddSeconds(seconds) : now,
            TokenHash = "none",
            Binding = binding.Value,
            Actors = who.Actors ?? [],
        };
    }

    private sealed record Imagined(AccessRequest Access, ClientEntry? Entry, FhirRequest? Fhir, DenyReason? Refusal, string? Detail);
}
