using System.Collections.Frozen;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>A purpose of use from HL7 v3-ActReason, version 2018-08-12 as shipped with R4.</summary>
/// <remarks>
/// Security: in that version ETREAT and BTG stand below TREAT; a purpose never implies a break-glass code (see <see cref="Permits"/>).
/// </remarks>
public sealed class PurposeOfUse : IEquatable<PurposeOfUse>
{
    /// <summary>The code system.</summary>
    public const string System = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    private const string Oid = "urn:oid:2.16.840.1.113883.5.8";

    // child:parent, in the order of the code system.
    private const string Hierarchy =
        "HMARKT HOPERAT CAREMGT:HOPERAT DONAT:HOPERAT FRAUD:HOPERAT GOV:HOPERAT HACCRED:HOPERAT HCOMPL:HOPERAT HDECD:HOPERAT HDIRECT:HOPERAT HDM:HOPERAT "
        + "HLEGAL:HOPERAT HOUTCOMS:HOPERAT HPRGRP:HOPERAT HQUALIMP:HOPERAT HSYSADMIN:HOPERAT "
        + "LABELING:HSYSADMIN METAMGT:HSYSADMIN MEMADMIN:HOPERAT MILCDM:HOPERAT "
        + "PATADMIN:HOPERAT PATSFTY:HOPERAT PERFMSR:HOPERAT RECORDMGT:HOPERAT SYSDEV:HOPERAT HTEST:SYSDEV TRAIN:HOPERAT HPAYMT CLMATTCH:HPAYMT COVAUTH:HPAYMT "
        + "COVERAGE:HPAYMT ELIGDTRM:COVERAGE ELIGVER:COVERAGE ENROLLM:COVERAGE MILDCRG:COVERAGE REMITADV:HPAYMT HRESCH BIORCH:HRESCH CLINTRCH:HRESCH "
        + "CLINTRCHNPC:CLINTRCH CLINTRCHPC:CLINTRCH PRECLINTRCH:CLINTRCH DSRCH:HRESCH POARCH:HRESCH TRANSRCH:HRESCH PATRQT FAMRQT:PATRQT PWATRNY:PATRQT "
        + "SUPNWK:PATRQT PUBHLTH DISASTER:PUBHLTH THREAT:PUBHLTH TREAT CLINTRL:TREAT COC:TREAT ETREAT:TREAT BTG:ETREAT ERTREAT:ETREAT POPHLTH:TREAT";

    private static readonly FrozenDictionary<string, PurposeOfUse> ByCode = Build();

    private readonly PurposeOfUse? _parent;

    private PurposeOfUse(string code, PurposeOfUse? parent)
    {
        Code = code;
        _parent = parent;
    }

    /// <summary>The code, such as TREAT.</summary>
    public string Code { get; }

    /// <summary>Emergency treatment, break the glass, emergency room treatment: only ever permitted by name.</summary>
    public bool IsBreakGlass => Code is "ETREAT" or "BTG" or "ERTREAT";

    /// <summary>
    /// Treatment as HIPAA has it, emergencies among it: what goes on when everything else is stopped. HL7 puts population health and clinical
    /// trials below treatment; they are none here.
    /// </summary>
    public bool IsTreatment => IsBreakGlass || Code is "TREAT" or "COC";

    /// <summary>Every known purpose.</summary>
    public static IEnumerable<PurposeOfUse> All => ByCode.Values;

    /// <summary>
    /// Reads a bare code, or a code with the HL7 system as URI or OID before <c>#</c> or <c>|</c>; anything else is unknown.
    /// </summary>
    public static bool TryParse(string? text, out PurposeOfUse purpose)
    {
        purpose = null!;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var separator = text.AsSpan().LastIndexOfAny('#', '|');
        if (separator >= 0 && !(text.AsSpan(0, separator) is System or Oid))
        {
            return false;
        }

        return ByCode.TryGetValue(text[(separator + 1)..], out purpose!);
    }

    /// <summary>Reads a purpose that must be right; throws <see cref="FormatException"/> otherwise.</summary>
    public static PurposeOfUse Parse(string text) =>
        TryParse(text, out var purpose) ? purpose : throw new FormatException("Not an HL7 purpose of use.");

    /// <summary>
    /// Whether a permission for this purpose covers the asserted one: itself or a narrower code, but a break-glass code only by name.
    /// </summary>
    public bool Permits(PurposeOfUse asserted)
    {
        if (asserted.IsBreakGlass)
        {
            return ReferenceEquals(this, asserted);
        }

        for (var step = asserted; step is not null; step = step._parent)
        {
            if (ReferenceEquals(this, step))
            {
                return true;
            }
        }

        return false;
    }

    public bool Equals(PurposeOfUse? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => Code.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Code;

    private static FrozenDictionary<string, PurposeOfUse> Build()
    {
        var known = new Dictionary<string, PurposeOfUse>(StringComparer.Ordinal);
        foreach (var pair in Hierarchy.Split(' '))
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            var code = colon < 0 ? pair : pair[..colon];
            known.Add(code, new PurposeOfUse(code, colon < 0 ? null : known[pair[(colon + 1)..]]));
        }

        return known.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
