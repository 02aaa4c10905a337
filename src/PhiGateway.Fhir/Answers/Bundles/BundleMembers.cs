using System.Text;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>The members of a Bundle itself (R4 Bundle, Resource).</summary>
internal static class BundleMembers
{
    /// <summary>The place of <c>entry</c>.</summary>
    public const int Entry = 4;

    private static readonly string[] Names =
    [
        "resourceType",
        "type",
        "total",
        "link",
        "entry",
        "id",
        "meta",
        "identifier",
        "timestamp",
        "language",
        "implicitRules",
        "signature",
        "_id",
        "_implicitRules",
        "_language",
        "_type",
        "_timestamp",
        "_total",
    ];

    /// <summary>The place of a member by its exact name; -1: R4 has none.</summary>
    public static int Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (Ascii.Equals(name, Names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a reader that does not mind letter case would take it for one of them.</summary>
    public static bool IsKnownInAnyCase(ReadOnlySpan<byte> name)
    {
        foreach (var known in Names)
        {
            if (Ascii.EqualsIgnoreCase(name, known))
            {
                return true;
            }
        }

        return false;
    }
}
