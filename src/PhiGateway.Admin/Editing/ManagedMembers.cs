using System.Text.Json.Nodes;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Editing;

/// <summary>Members that only verbs or the server set: a write may repeat them, leave them out, but not change them.</summary>
internal static class ManagedMembers
{
    /// <summary>Brings the members of the present document into the new one; the findings when it tries to change one.</summary>
    public static IReadOnlyList<ProblemPointer> Carry(RegistryRoute route, JsonObject? current, JsonObject next, string prefix = "")
    {
        var findings = new List<ProblemPointer>();
        foreach (var member in route.Managed)
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
