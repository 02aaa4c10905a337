using System.Collections.Frozen;
using System.Text.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Controls;

/// <summary>Reads interactions by the names that records give them, such as <c>search-type</c>.</summary>
internal static class InteractionNames
{
    private static readonly FrozenDictionary<string, Interaction> Known = Enum.GetValues<Interaction>()
        .ToFrozenDictionary(static one => JsonNamingPolicy.KebabCaseLower.ConvertName(one.ToString()), StringComparer.Ordinal);

    /// <summary>The interaction of a name; false: there is none.</summary>
    public static bool TryParse(string name, out Interaction interaction) => Known.TryGetValue(name, out interaction);
}
