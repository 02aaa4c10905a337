using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Notes in a write who changes what an approval covers, and finds who has changed it since the last approval.</summary>
internal static class Authorship
{
    // What no approval covers: words for people, and states and confirmations that have doors of their own. Whoever changes nothing else
    // is no author; a member that is not named here counts.
    private static readonly Dictionary<RegistryKind, string[]> NotCovered = new()
    {
        [RegistryKind.Organization] = ["name", "status", "contacts", "lastReview"],
        [RegistryKind.Agreement] = ["terminated"],
        [RegistryKind.UseCase] = ["title", "description", "status", "changedBy"],
        [RegistryKind.Client] =
        [
            "description",
            "deputy",
            "ownerConfirmed",
            "status",
            "statusReason",
            "throttle",
            "requestedBy",
            "changedBy",
        ],
        [RegistryKind.Credential] = ["created", "rotateBy", "expires", "overlapUntil"],
        [RegistryKind.AdminKey] = [],
        [RegistryKind.Review] = [],
    };

    /// <summary>The plan with its author in every document whose content it changes, and with the notes that stand there already.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="before">The set that it was planned on.</param>
    /// <param name="persons">Whose plan it may be.</param>
    /// <param name="now">The moment.</param>
    /// <param name="opens">Whether the plan opens doors: then its authors are those of every document that it writes.</param>
    public static EditPlan Stamp(EditPlan plan, WorkingSet before, IReadOnlyList<string> persons, DateTimeOffset now, bool opens) =>
        plan with
        {
            Writes = [.. plan.Writes.Select(write => Stamp(write, before, persons, now, opens))],
        };

    /// <summary>Whether a caller changed anything under a client's fingerprint that its last approval did not cover.</summary>
    public static bool Includes(WorkingSet set, ApprovedClient view, AdminCall call) =>
        call.MayBeAny(Open(set, view).Select(static author => author.Person));

    /// <summary>Everybody who did, and who asked, by name.</summary>
    public static IReadOnlyList<string> Open(WorkingSet set, ApprovedClient view, string? requestedBy) =>
        [
            .. Open(set, view)
                .Select(static author => author.Person)
                .Concat(requestedBy is null ? [] : [requestedBy])
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.OrdinalIgnoreCase),
        ];

    /// <summary>Whoever changed one document after an approval was given, by the path of a difference such as <c>useCases/lab/grants</c>.</summary>
    public static IReadOnlyList<string> Since(WorkingSet set, string path, RegistryItem approval)
    {
        var seen = AuthorNote.Seen(approval);
        return
            path.Split('/') is [var section, var id, ..]
            && NotCovered.Keys.FirstOrDefault(kind => RegistryPaths.Of(kind) == section) is var kind
            && RegistryPaths.Of(kind) == section
            && set.Find(kind, id)?.Item is { } item
            ? [.. Since(item, seen).Select(static author => author.Person)]
            : [];
    }

    /// <summary>Whether anybody changed what an approval covers in a document, after one was given on a revision.</summary>
    public static bool IsChanged(RegistryItem item, long seen) => Since(item, seen).Any();

    private static IEnumerable<Author> Open(WorkingSet set, ApprovedClient view)
    {
        var approval = view.Approval is { } last ? set.Find(RegistryKind.Approval, last.Id)?.Item : null;
        var seen = approval is null ? -1 : AuthorNote.Seen(approval);

        // At a client's first approval, organization and agreement were approved already with the others that they stand behind.
        IEnumerable<Author> Shared(RegistryKind kind, string? id) =>
            Since(Find(set, kind, id), approval is null ? SeenWithOthers(set, kind, id) : seen);

        return
        [
            .. Since(view.Item, seen),
            .. Since(Find(set, RegistryKind.UseCase, view.UseCase?.Id), seen),
            .. Shared(RegistryKind.Organization, view.Organization?.Id),
            .. Shared(RegistryKind.Agreement, view.Agreement?.Id),
            .. Since(approval, seen),
            .. view.Credentials.SelectMany(credential => Since(Find(set, RegistryKind.Credential, credential.Id), seen)),
            // Whoever shut it by a review: to look and to keep is a confirmation, which anybody gives.
            .. set.ReviewsOf(view.Client.Id)
                .Where(static review => review.Decision == ReviewDecision.Remove)
                .SelectMany(review => Since(Find(set, RegistryKind.Review, review.Id), seen)),
        ];
    }

    /// <summary>Whether a caller ever changed a document.</summary>
    public static bool Includes(RegistryItem item, AdminCall call) =>
        call.MayBeAny(AuthorNote.Read(item).Select(static author => author.Person));

    private static RegistryWrite Stamp(
        RegistryWrite write,
        WorkingSet before,
        IReadOnlyList<string> persons,
        DateTimeOffset now,
        bool opens
    )
    {
        var current = before.Find(write.Kind, write.Id)?.Item;
        if (write.Json is not { } json)
        {
            return write;
        }

        // Of every kind: an alert's notes say who must not decide it.
        json = AuthorNote.Carried(json, current);
        if (!(NotCovered.ContainsKey(write.Kind) || write.Kind == RegistryKind.Approval))
        {
            return write with { Json = json };
        }

        if (Former(write, before, json) is { Count: > 0 } former)
        {
            json = AuthorNote.WithFormer(json, former, now);
        }

        var isAuthor = write.Kind != RegistryKind.Approval && (opens || current is null || !SameContent(write.Kind, current.Json, json));
        if (!isAuthor)
        {
            return write with { Json = json };
        }

        return write with
        {
            Json = AuthorNote.With(json, current is null ? [] : AuthorNote.Read(current), persons, before.Revision),
        };
    }

    /// <summary>Whoever answered for a client (<see cref="ClientStanding"/>), and no longer does after a write.</summary>
    internal static IReadOnlyList<string> Former(RegistryWrite write, WorkingSet before, string json)
    {
        if (write.Kind != RegistryKind.Client || before.Find<Client>(RegistryKind.Client, write.Id) is not { } was)
        {
            return [];
        }

        var next = StoredBody.WithoutNotes(json);
        string?[] now = [(string?)next["owner"], (string?)next["deputy"], (string?)(next["charter"] as JsonObject)?["accountable"]];
        return [.. ClientStanding.Of(was).Where(name => !now.OfType<string>().Any(stays => PersonName.AreSame(stays, name)))];
    }

    private static bool SameContent(RegistryKind kind, string before, string after) =>
        JsonNode.DeepEquals(Covered(kind, before), Covered(kind, after));

    private static JsonObject Covered(RegistryKind kind, string json)
    {
        var form = StoredBody.WithoutNotes(json);
        foreach (var member in NotCovered[kind])
        {
            form.Remove(member);
        }

        return form;
    }

    private static long SeenWithOthers(WorkingSet set, RegistryKind kind, string? id)
    {
        if (id is null)
        {
            return -1;
        }

        var approvals = set.UseCasesOf(kind, id)
            .SelectMany(useCase => set.ClientsOf(useCase.Id))
            .Select(client => set.ApprovalOf(client.Id));
        return approvals
            .OfType<Approval>()
            .Select(approval => AuthorNote.Seen(set.Find(RegistryKind.Approval, approval.Id)!.Item))
            .DefaultIfEmpty(-1)
            .Max();
    }

    private static RegistryItem? Find(WorkingSet set, RegistryKind kind, string? id) => id is null ? null : set.Find(kind, id)?.Item;

    private static IEnumerable<Author> Since(RegistryItem? item, long seen) =>
        item is null ? [] : AuthorNote.Read(item).Where(author => author.After >= seen);
}
