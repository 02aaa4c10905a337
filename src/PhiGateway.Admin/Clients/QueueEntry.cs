using System.Text.Json;
using PhiGateway.Admin.Documents;

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
public sealed record QueueEntry(string Client, string UseCase, string Status, string Why, string? RequestedBy, string? ChangedBy, string? Fingerprint, DateTimeOffset? ApprovedAt)
{
    internal static QueueEntry? Of(ClientView view, DateTimeOffset now)
    {
        var expired = view.Approval?.Until <= DateOnly.FromDateTime(now.UtcDateTime);
        if (view.IsApproved && !expired)
        {
            return null;
        }

        var why = view.Approval is null ? "never-approved" : view.IsApproved ? "expired" : "changed";
        var client = view.Client;
        return new QueueEntry(client.Id, client.UseCase, JsonNamingPolicy.KebabCaseLower.ConvertName(client.Status.ToString()), why, client.RequestedBy, client.ChangedBy, view.Fingerprint, view.Approval?.ApprovedAt);
    }
}
