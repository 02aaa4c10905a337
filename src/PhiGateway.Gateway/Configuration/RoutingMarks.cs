using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Finds in written content what other products read as an order where to keep a record, or whose it is: extensions by which known servers
/// choose a partition, and members of <c>meta</c> that are not FHIR's. A write that carries one is refused by the Understand stage.
/// </summary>
/// <remarks>
/// Security: the tenant is the route's. A mark that the gateway does not understand would be obeyed by the server behind it.
/// </remarks>
internal sealed class RoutingMarks
{
    /// <summary>The word of <c>Phi.RoutingMarks</c> that turns the table off.</summary>
    public const string Nothing = "none";

    // Aidbox, organization-based access control: the extensions in meta that make a record a tenant's.
    private static readonly string[] Known = ["https://aidbox.app/tenant-organization-id", "https://aidbox.app/tenant-resource-id"];

    // Resource.meta of R4, with the members that JSON adds beside primitive ones. Medplum keeps project and accounts there, others owners.
    private static readonly string[] MetaMembers =
    [
        "id",
        "extension",
        "versionId",
        "lastUpdated",
        "source",
        "profile",
        "security",
        "tag",
        "_id",
        "_versionId",
        "_lastUpdated",
        "_source",
        "_profile",
    ];

    // What is deeper is no JSON that any reader here takes.
    private const int MostDepth = 256;

    private readonly string[] _marks;

    private RoutingMarks(string[] marks) => _marks = marks;

    /// <summary>The table without additions.</summary>
    public static RoutingMarks Default { get; } = new(Known);

    /// <summary>Reads the value of <c>Phi.RoutingMarks</c>; null: the known ones; false when one is no absolute URI.</summary>
    public static bool TryRead(string? text, out RoutingMarks? marks)
    {
        marks = Default;
        if (text is null)
        {
            return true;
        }

        var more = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (more is [Nothing])
        {
            marks = null;
            return true;
        }

        marks = new RoutingMarks([.. Known, .. more]);
        return more.Length > 0 && Array.TrueForAll(more, static one => Uri.TryCreate(one, UriKind.Absolute, out _));
    }

    /// <summary>Whether a body in JSON carries one, wherever it stands; a body that is no JSON is for its reader to refuse.</summary>
    public bool StandIn(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MostDepth });

        // At which depths the members of a meta stand: one may stand inside another's extension.
        Span<bool> isMeta = stackalloc bool[MostDepth + 2];
        isMeta.Clear();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String && IsMark(ref reader))
                {
                    return true;
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (isMeta[reader.CurrentDepth] && !IsMetaMember(ref reader))
                    {
                        return true;
                    }

                    // The members of an object stand one deeper than its name; all that was deeper has ended.
                    isMeta[(reader.CurrentDepth + 1)..].Clear();
                    isMeta[reader.CurrentDepth + 1] = reader.ValueTextEquals("meta"u8);
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, which the strict reader takes from nobody.
            return false;
        }

        return false;
    }

    /// <summary>
    /// Whether what a change makes of a stored version carries a mark that the stored version does not carry just so: to keep what a product
    /// itself put there is no order to it.
    /// </summary>
    /// <param name="changed">The resource as it would be; well-formed.</param>
    /// <param name="stored">The resource as it is; well-formed.</param>
    public bool StandNewlyIn(ReadOnlyMemory<byte> changed, ReadOnlyMemory<byte> stored)
    {
        if (!StandIn(changed.Span))
        {
            return false;
        }

        try
        {
            var options = new JsonDocumentOptions { MaxDepth = MostDepth };
            using var after = JsonDocument.Parse(changed, options);
            using var before = JsonDocument.Parse(stored, options);
            var (now, then) = (new List<(string Name, JsonElement Value)>(), new List<(string Name, JsonElement Value)>());
            Collect(after.RootElement, now);
            Collect(before.RootElement, then);
            return now.Count != then.Count || !now.Zip(then).All(static pair => IsSame(pair.First, pair.Second));
        }
        catch (InvalidOperationException)
        {
            // A name or a text that is none, such as half of a surrogate pair: what it carries cannot be said.
            return true;
        }
    }

    private static bool IsSame((string Name, JsonElement Value) one, (string Name, JsonElement Value) other) =>
        one.Name == other.Name && SameJson.Is(one.Value, other.Value);

    // Every mark in its order, with where it stands: the member of a meta, or the object that holds an address of the table.
    private void Collect(JsonElement element, List<(string Name, JsonElement Value)> found)
    {
        foreach (var item in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default)
        {
            Collect(item, found);
        }

        foreach (var member in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default)
        {
            if (member.Value.ValueKind == JsonValueKind.String && Array.IndexOf(_marks, member.Value.GetString()) >= 0)
            {
                found.Add((member.Name, element));
            }

            if (member is { Name: "meta", Value.ValueKind: JsonValueKind.Object })
            {
                found.AddRange(
                    member
                        .Value.EnumerateObject()
                        .Where(static inner => !IsMetaMember(inner.Name))
                        .Select(static inner => (inner.Name, inner.Value))
                );
            }

            Collect(member.Value, found);
        }
    }

    /// <summary>Whether a FHIRPath, which was read and so escapes nothing, has one as a text of it.</summary>
    internal bool AreNamedIn(string path) => Array.Exists(_marks, mark => path.Contains($"'{mark}'", StringComparison.Ordinal));

    /// <summary>Whether FHIR's JSON knows such a member of <c>meta</c>.</summary>
    internal static bool IsMetaMember(string name) => Array.IndexOf(MetaMembers, name) >= 0;

    private static bool IsMetaMember(ref Utf8JsonReader reader)
    {
        foreach (var name in MetaMembers)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsMark(ref Utf8JsonReader reader)
    {
        foreach (var mark in _marks)
        {
            if (reader.ValueTextEquals(mark))
            {
                return true;
            }
        }

        return false;
    }
}
