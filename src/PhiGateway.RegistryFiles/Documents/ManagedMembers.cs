using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Lists the members that only verbs or the server set, and refuses a write that changes them; it may repeat them or leave them out.
/// </summary>
public static class ManagedMembers
{
    /// <summary>Their names, by kind of document.</summary>
    public static IReadOnlyList<string> Of(RegistryKind kind) =>
        kind switch
        {
            RegistryKind.UseCase => ["status", "changedBy"],
            RegistryKind.Client => ["status", "statusReason", "ownerConfirmed", "throttle", "requestedBy", "changedBy"],
            RegistryKind.Review or RegistryKind.SavedSearch => ["by"],
            RegistryKind.Alert =>
            [
                "state",
                "assignedTo",
                "snoozedUntil",
                "escalations",
                "escalatedAt",
                "handledBy",
                "handledAt",
                "resolution",
            ],
            RegistryKind.AdminKey => ["hash", "created", "handover"],
            _ => [],
        };

    /// <summary>Brings the members of the present document into the new one; the findings when it tries to change one.</summary>
    /// <param name="members">Their names.</param>
    /// <param name="current">What is stored; null: nothing.</param>
    /// <param name="next">What is written; changed in place.</param>
    /// <param name="prefix">Pointer of the document within a larger body.</param>
    public static IReadOnlyList<ProblemPointer> Carry(
        IReadOnlyList<string> members,
        JsonObject? current,
        JsonObject next,
        string prefix = ""
    )
    {
        var findings = new List<ProblemPointer>();
        foreach (var member in members)
        {
            var now = current?[member];
            var isDefault =
                current is null
                && next[member] is JsonValue value
                && value.TryGetValue<string>(out var word)
                && (member, word) is ("status", "draft") or ("state", "open");
            if (next.ContainsKey(member) && next[member] is not null && !isDefault && !JsonNode.DeepEquals(next[member], now))
            {
                findings.Add(
                    new ProblemPointer(
                        $"{prefix}/{member}",
                        "managed",
                        $"'{member}' is set by the gateway's own verbs, not by writing the document."
                    )
                );
                continue;
            }

            next.Remove(member);
            if (now is not null)
            {
                next[member] = now.DeepClone();
            }
        }

        return findings;
    }
}
