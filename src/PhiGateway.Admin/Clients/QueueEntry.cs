using System.Text.Json;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>One client that waits for an approver.</summary>
/// <param name="Client">Client id.</param>
/// <param name="UseCase">Its use case.</param>
/// <param name="Status">State in the lifecycle.</param>
/// <param name="Why">never-approved, changed or expired.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="ChangedBy">Who last changed the client; may not approve.</param>
/// <param name="Fingerprint">Fingerprint to approve with.</param>
/// <param name="ApprovedAt">Last approval.</param>
/// <param name="Since">Since when it waits, UTC: the first change after the approval that is still there, the approval's end, or the last
/// write of a client never approved.</param>
/// <param name="Changed">What its approval covers and was written after it, oldest first.</param>
public sealed record QueueEntry(
    string Client,
    string UseCase,
    string Status,
    string Why,
    string? RequestedBy,
    string? ChangedBy,
    string? Fingerprint,
    DateTimeOffset? ApprovedAt,
    DateTimeOffset Since,
    IReadOnlyList<ChangedInput> Changed
)
{
    internal static QueueEntry? Of(WorkingSet set, ApprovedClient view, DateTimeOffset now)
    {
        var expired = view.Approval?.Until <= DateOnly.FromDateTime(now.UtcDateTime);
        if (view.IsApproved && !expired)
        {
            return null;
        }

        var why = view switch
        {
            { Approval: null } => "never-approved",
            { IsApproved: true } => "expired",
            _ => "changed",
        };
        var client = view.Client;
        IReadOnlyList<ChangedInput> changed = why == "changed" ? ChangedInput.Since(set, view) : [];
        var since = why switch
        {
            "changed" when changed.Count > 0 => changed[0].At,
            "expired" => new DateTimeOffset(view.Approval!.Until!.Value.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            _ => view.Item.UpdatedAt,
        };
        return new QueueEntry(
            client.Id,
            client.UseCase,
            JsonNamingPolicy.KebabCaseLower.ConvertName(client.Status.ToString()),
            why,
            client.RequestedBy,
            client.ChangedBy,
            view.Fingerprint,
            view.Approval?.ApprovedAt,
            since,
            changed
        );
    }
}

/// <summary>One document that an approval covers and that was written after it.</summary>
/// <param name="Document">Such as <c>organization/acme</c>.</param>
/// <param name="At">When it was last written, UTC.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="Revision">Registry revision of that write.</param>
public sealed record ChangedInput(string Document, DateTimeOffset At, string By, long Revision)
{
    internal static IReadOnlyList<ChangedInput> Since(WorkingSet set, ApprovedClient view)
    {
        var approval = set.Find(RegistryKind.Approval, view.Approval!.Id)?.Item;
        var (approved, seen) = approval is null ? (0L, 0L) : (approval.Revision, AuthorNote.Seen(approval));
        (RegistryKind Kind, string? Id)[] inputs =
        [
            (RegistryKind.Client, view.Client.Id),
            (RegistryKind.UseCase, view.UseCase?.Id),
            (RegistryKind.Agreement, view.Agreement?.Id),
            (RegistryKind.Organization, view.Organization?.Id),
            .. view.Credentials.Select(static credential => (RegistryKind.Credential, (string?)credential.Id)),
        ];
        return
        [
            .. inputs
                .Select(input => input.Id is null ? null : set.Find(input.Kind, input.Id)?.Item)
                .OfType<RegistryItem>()
                // An approval's own row is written again, as when a task of the client goes: the authors say what came after it was given.
                .Where(item => item.Revision > approved || Authorship.IsChanged(item, seen))
                .OrderBy(static item => item.Revision)
                .Select(static item => new ChangedInput(KindWord.Of(item.Kind, item.Id), item.UpdatedAt, item.UpdatedBy, item.Revision)),
        ];
    }
}
