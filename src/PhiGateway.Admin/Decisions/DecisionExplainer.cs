using System.Globalization;
using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Decisions;

/// <summary>
/// Explains a decision from its record in the trail, beside the registry as it stands now; each look is itself on record first.
/// </summary>
internal sealed class DecisionExplainer(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    WorkingSetSource sets,
    ISnapshotSource snapshots,
    AdminOptions options,
    TrailProofs proofs
)
{
    /// <summary>Explains one decision; the look is on record before the answer.</summary>
    public async Task<Outcome<DecisionExplanation>> ExplainAsync(AdminCall call, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var guid))
        {
            return AdminProblem.NotFound("decision");
        }

        // Whose data was asked for stands in the answer: the look is durable before the answer leaves.
        var look = records.Create(call, "decision.explain", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        look.Note = "id=" + guid.ToString("D");
        await journal.AppendAsync(look);
        var family = await TrailFamily.ReadAsync(store, guid, call.Cancelled);
        if (proofs.Choose(family, guid, IsDecision) is not { Record: var entry } || TrailWalk.TryRead(entry) is not { } record)
        {
            return family.IsCut ? TrailFamily.TooMany : AdminProblem.NotFound("decision");
        }

        // A write that was let in may have been refused later: what came of it decides.
        var last =
            record.Kind == AuditKind.Intent
                ? family
                    .Entries.Where(child => child.ParentId == guid && child.Kind == AuditKind.Outcome && child.Log == entry.Log)
                    .Select(TrailWalk.TryRead)
                    .FirstOrDefault(static found => found is not null)
                : null;
        var set = await sets.GetAsync(call.Cancelled);
        var snapshot = snapshots.Current;
        var client = record.Client is { } name ? snapshot.FindClientById(name) : null;
        var changed = ChangedSince(record, client, set);
        var isKnownThen = record.Client is not null && (changed.Count > 0 || client is null);
        var then = isKnownThen ? await RegistryThen.FindAsync(store, set, record.Revision, record.Time, changed, call.Cancelled) : null;
        var compiled = then is null ? null : PathChange.Compile(then, [record.Client!]);
        return Explain(
            record,
            last ?? record,
            entry.Log,
            new Registries(set, snapshot, compiled?.FindClientById(record.Client!) is null ? null : compiled, changed)
        );
    }

    private static bool IsDecision(AuditEntry entry) => entry.Kind is AuditKind.Decision or AuditKind.Disclosure or AuditKind.Intent;

    private DecisionExplanation Explain(AuditRecord record, AuditRecord verdict, string node, Registries registries)
    {
        // Doors are those of the registry that decided, where it can be put together again.
        var (set, snapshot) = (registries.Set, registries.Then ?? registries.Now);
        var client = record.Client is { } name ? snapshot.FindClientById(name) : null;
        var reason = verdict.Reason is { } code ? DenyReason.Find(code) : null;
        var told = reason is { Stage: DenyStage.Decide } || reason is null || IsBeforeDecide(reason) ? reason : null;
        var asked = new ExplainedRequest(
            record.Method,
            record.RawTarget,
            record.Template,
            record.Interaction,
            record.ResourceType,
            record.Purpose,
            record.Tenant,
            record.Environment
        )
        {
            Parameters = record.Parameters,
            Form = record.Form,
        };
        var proof = new ExplainedProof(
            record.Issuer,
            record.IssuerClientId,
            record.Subject,
            record.Binding,
            record.Certificate,
            record.TokenHash,
            record.Peer,
            record.Actors
        );
        var doors = client is null ? [] : DoorReport.Of(client, snapshot, record.Time, options.WarnDays);
        var (closed, toOpen) = reason is null
            ? (null, [])
            : ClosureWords.Of(new ClosureWords.Facts(reason, verdict.Rule, asked, proof, record.Time), client, doors);
        var ground = ExplainedGround.Of(record, client);
        var approval = client?.Approval is { } known && known.Id == ground.Approval ? known : null;
        var organization = record.Organization is null ? null : set.Find<Organization>(RegistryKind.Organization, record.Organization);
        return new DecisionExplanation(
            record.Id,
            verdict.Decision,
            verdict.Reason,
            reason?.Stage.ToString(),
            reason?.PublicText,
            verdict.Rule,
            record.Time,
            node,
            new ExplainedCaller(
                record.Client,
                record.UseCase,
                record.Organization,
                organization?.Name,
                record.Owner,
                approval?.ApprovedBy ?? (ground.Approvers is [var approver, ..] ? approver : null),
                approval?.ApprovedAt
            ),
            ground,
            proof,
            asked,
            new ExplainedToken(
                null,
                null,
                null,
                null,
                record.Scope,
                record.Acr,
                record.AuthTime,
                [],
                "The token was judged when the call was decided; its scope is that of the record."
            ),
            TokenDoors.Render(Render(DecisionQuestions.Reconstruct(told, verdict.Rule)), told),
            doors,
            closed,
            toOpen,
            new ExplainedRegistry(record.Revision, registries.Now.Revision, registries.Changed, NoteOf(record, registries, client is null))
        );
    }

    internal static IReadOnlyList<ExplainedQuestion> Render(IReadOnlyList<DecisionAnswer> answers) =>
        [
            .. answers.Select(static answer => new ExplainedQuestion(
                answer.Question,
                JsonNamingPolicy.KebabCaseLower.ConvertName(answer.Outcome.ToString())
            )),
        ];

    // Later stages refuse what was permitted: their reasons say nothing against any question.
    private static bool IsBeforeDecide(DenyReason reason) =>
        reason.Stage is DenyStage.Ingress or DenyStage.Identify or DenyStage.Understand;

    private static List<string> ChangedSince(AuditRecord record, ClientEntry? client, WorkingSet set)
    {
        var changed = new List<string>();
        if (client is not null)
        {
            foreach (var (kind, id) in PathOf(client))
            {
                if (id is not null && set.Find(kind, id) is { } found && found.Item.Revision > record.Revision)
                {
                    changed.Add(KindWord.Of(kind, id));
                }
            }
        }

        return changed;
    }

    private static string NoteOf(AuditRecord record, Registries registries, bool isForgotten)
    {
        var named = string.Join(", ", registries.Changed);
        if (registries.Then is not null)
        {
            var what = named.Length > 0 ? $"The registry has changed since: {named}." : "The registry knows this client no longer.";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{what} Doors are those of revision {record.Revision}, put together from the trail."
            );
        }

        if (record.Client is not null && isForgotten)
        {
            return "The registry knows this client no longer: doors cannot be shown.";
        }

        if (named.Length > 0)
        {
            return $"The registry has changed since: {named}. Doors and advice are those of today.";
        }

        if (registries.Now.Revision == record.Revision)
        {
            return "The registry is the one that decided.";
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"The registry went from revision {record.Revision} to {registries.Now.Revision}; nothing on this client's path has changed."
        );
    }

    private static IEnumerable<(RegistryKind Kind, string? Id)> PathOf(ClientEntry client)
    {
        yield return (RegistryKind.Client, client.Client.Id);
        yield return (RegistryKind.UseCase, client.Client.UseCase);
        yield return (RegistryKind.Agreement, client.Agreement?.Id);
        yield return (RegistryKind.Organization, client.Organization?.Id);
        yield return (RegistryKind.Approval, client.Approval?.Id);
        yield return (RegistryKind.Review, client.Review?.Id);
        foreach (var credential in client.Credentials)
        {
            yield return (RegistryKind.Credential, credential.Id);
        }
    }

    // As it is, as nodes have it, and as it was: null where it is the same, or cannot be put together.
    private sealed record Registries(WorkingSet Set, RegistrySnapshot Now, RegistrySnapshot? Then, IReadOnlyList<string> Changed);
}
