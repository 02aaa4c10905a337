using System.Collections.Frozen;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Audit.Records;

/// <summary>
/// Says, when something happens, whether a release counts as an accountable disclosure (45 CFR 164.528) or which exclusion it falls under:
/// by the purpose that counted and by whose client it was. Written into the record by the data plane, read by the accounting.
/// </summary>
/// <remarks>
/// HL7's hierarchy is not HIPAA's: what stands below operations there (donation, government, the dead, military command) is accountable
/// here. What is not known counts as accountable.
/// </remarks>
public static class AccountingClass
{
    /// <summary>The hospital's own use: no disclosure at all.</summary>
    public const string Use = "use";

    /// <summary>For treatment.</summary>
    public const string Treatment = "treatment";

    /// <summary>For payment.</summary>
    public const string Payment = "payment";

    /// <summary>For health care operations.</summary>
    public const string Operations = "operations";

    /// <summary>To the individual or a personal representative.</summary>
    public const string Individual = "individual";

    /// <summary>To persons involved in the individual's care.</summary>
    public const string Involved = "persons-involved";

    /// <summary>From the facility's directory.</summary>
    public const string Directory = "directory";

    /// <summary>Accounted for.</summary>
    public const string Accountable = "accountable";

    /// <summary>No purpose counted: accounted for until somebody has looked.</summary>
    public const string Unknown = "unknown";

    private const string Excluded =
        "treatment:TREAT COC ETREAT BTG ERTREAT;"
        + "payment:HPAYMT CLMATTCH COVAUTH COVERAGE ELIGDTRM ELIGVER ENROLLM REMITADV;"
        + "operations:HOPERAT CAREMGT FRAUD HACCRED HCOMPL HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN LABELING METAMGT MEMADMIN PATADMIN "
        + "PATSFTY PERFMSR RECORDMGT SYSDEV HTEST TRAIN POPHLTH;"
        + "individual:PATRQT PWATRNY;persons-involved:FAMRQT SUPNWK;directory:HDIRECT";

    private static readonly FrozenDictionary<string, string> ByPurpose = Build();

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> BySpan = ByPurpose.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    /// <summary>The class of a release.</summary>
    /// <param name="purposes">Codes that counted, space-separated; null: none did.</param>
    /// <param name="isOwn">Whether the client is the hospital's own.</param>
    /// <returns>One of this type's words; of several purposes the one that is accounted for decides.</returns>
    public static string Of(string? purposes, bool isOwn)
    {
        if (isOwn)
        {
            return Use;
        }

        if (string.IsNullOrEmpty(purposes))
        {
            return Unknown;
        }

        string? found = null;
        foreach (var part in purposes.AsSpan().Split(' '))
        {
            if (!BySpan.TryGetValue(purposes.AsSpan(part), out var one))
            {
                return Unknown;
            }

            if (one == Accountable)
            {
                return one;
            }

            found ??= one;
        }

        return found ?? Unknown;
    }

    /// <summary>Whether a release of this class stands in the accounting.</summary>
    public static bool IsAccounted(string? of) =>
        of is not (Use or Treatment or Payment or Operations or Individual or Involved or Directory);

    private static FrozenDictionary<string, string> Build()
    {
        var known = PurposeOfUse.All.ToDictionary(static purpose => purpose.Code, static _ => Accountable, StringComparer.Ordinal);
        foreach (var group in Excluded.Split(';'))
        {
            var colon = group.IndexOf(':', StringComparison.Ordinal);
            foreach (var code in group[(colon + 1)..].Split(' '))
            {
                known[PurposeOfUse.Parse(code).Code] = group[..colon];
            }
        }

        return known.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
