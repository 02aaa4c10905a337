using System.Text.Json;

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
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 256 });
        var meta = -1;
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
                    if (reader.CurrentDepth == meta && !IsMetaMember(ref reader))
                    {
                        return true;
                    }

                    // The members of an object stand one deeper than its name.
                    if (reader.ValueTextEquals("meta"u8))
                    {
                        meta = reader.CurrentDepth + 1;
                    }
                    else if (reader.CurrentDepth < meta)
                    {
                        meta = -1;
                    }
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return false;
    }

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
