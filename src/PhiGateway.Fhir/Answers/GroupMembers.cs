using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers;

/// <summary>Reads of a Group whether it names its members or a server works them out from what records say.</summary>
public static class GroupMembers
{
    private const int MaxDepth = 1000;

    /// <summary>
    /// Whether the members are what a search finds: a modifier extension changes who is meant (Bulk Data's <c>member-filter</c> does, and what
    /// another one does nobody here knows), or the Group has traits and does not list who has them. A Group that lists its members may have
    /// traits besides, and one with neither is empty.
    /// </summary>
    /// <param name="group">The Group; what cannot be read counts as worked out.</param>
    public static bool AreWorkedOut(ReadOnlyMemory<byte> group)
    {
        if (!StrictJson.TryParse(ByteOrderMark.Skip(group), MaxDepth, out var document))
        {
            return true;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Holds(root, "modifierExtension"))
            {
                return true;
            }

            var isListed = Holds(root, "member") && root.TryGetProperty("actual", out var actual) && actual.ValueKind == JsonValueKind.True;
            return Holds(root, "characteristic") && !isListed;
        }
    }

    private static bool Holds(JsonElement group, string member) =>
        group.TryGetProperty(member, out var value)
        && value.ValueKind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.Array => value.GetArrayLength() > 0,
            _ => true,
        };
}
