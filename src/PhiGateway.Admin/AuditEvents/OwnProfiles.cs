using System.Collections.Frozen;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>
/// The StructureDefinitions of the gateway's own profiles of AuditEvent, as they are compiled in: served by the FHIR endpoint, and what every
/// emitted event is validated against in tests.
/// </summary>
internal static class OwnProfiles
{
    /// <summary>Begins the canonical of each of them; its id stands behind it.</summary>
    public const string Prefix = "urn:phi-gateway:StructureDefinition:";

    private const string Start = "profile.";

    private static readonly FrozenDictionary<string, byte[]> Definitions = Load();

    /// <summary>Their ids.</summary>
    public static IEnumerable<string> Ids => Definitions.Keys.Order(StringComparer.Ordinal);

    /// <summary>The definition with an id, as FHIR R4 JSON; null: there is none.</summary>
    public static byte[]? Find(string id) => Definitions.GetValueOrDefault(id);

    private static FrozenDictionary<string, byte[]> Load()
    {
        var assembly = typeof(OwnProfiles).Assembly;
        var definitions = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Start, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            definitions[name[Start.Length..]] = bytes;
        }

        return definitions.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
