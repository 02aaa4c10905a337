using System.Collections.Frozen;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// HL7 v3-ActCode as far as security labels use it: the groups of sensitivity, the obligations that the gateway fulfils by itself, those
/// that nobody here can fulfil.
/// </summary>
/// <remarks>
/// Version 2018-08-12 as shipped with R4. ETH (substance abuse) stands beside SUD and outside SPI there, however close they are in meaning:
/// a grant that
/// means both names both. Whatever is not in these tables (a refrain, a law, an obligation of the receiver, a code of later versions)
/// leaves only under a
/// grant that names it: the name is the statement that the client's agreement binds it to that.
/// </remarks>
public static class ActCodes
{
    /// <summary>The code system.</summary>
    public const string System = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    /// <summary>Groups that together hold every sensitivity that HL7 has a code for (v3-InformationSensitivityPolicy).</summary>
    public static ReadOnlySpan<SecurityLabel> Sensitivities => Groups;

    /// <summary>The codes of RefrainPolicy: of a record that bears one a grant must name the code itself.</summary>
    public static IReadOnlyList<SecurityLabel> Refrains { get; } =
    [
        .. "NOAUTH NOCOLLECT NODSCLCD NODSCLCDS NOINTEGRATE NOLIST NOMOU NOORGPOL NOPAT NOPERSISTP NORDSCLCD NORDSCLCDS NORDSCLW NORELINK NOREUSE NOVIP ORCON"
            .Split(' ')
            .Select(static code => new SecurityLabel(System, code)),
    ];

    private static readonly SecurityLabel[] Groups =
    [
        new(System, "_ActInformationSensitivityPolicy"),
        new(System, "_EntitySensitivityPolicyType"),
        new(System, "_RoleInformationSensitivityPolicy"),
    ];

    // child:parent, in the order of the value set v3-InformationSensitivityPolicy.
    private const string Hierarchy =
        "ETH:_ActInformationSensitivityPolicy GDIS:_ActInformationSensitivityPolicy HIV:_ActInformationSensitivityPolicy MST:_ActInformationSensitivityPolicy "
        + "SCA:_ActInformationSensitivityPolicy SDV:_ActInformationSensitivityPolicy SEX:_ActInformationSensitivityPolicy SPI:_ActInformationSensitivityPolicy "
        + "BH:SPI COGN:BH DVD:BH EMOTDIS:BH MH:SPI PSY:SPI PSYTHPN:SPI SUD:SPI ETHUD:SUD OPIOIDUD:SUD STD:_ActInformationSensitivityPolicy "
        + "TBOO:_ActInformationSensitivityPolicy VIO:_ActInformationSensitivityPolicy "
        + "SICKLE:_ActInformationSensitivityPolicy DEMO:_EntitySensitivityPolicyType "
        + "DOB:_EntitySensitivityPolicyType GENDER:_EntitySensitivityPolicyType LIVARG:_EntitySensitivityPolicyType MARST:_EntitySensitivityPolicyType "
        + "RACE:_EntitySensitivityPolicyType REL:_EntitySensitivityPolicyType B:_RoleInformationSensitivityPolicy EMPL:_RoleInformationSensitivityPolicy "
        + "LOCIS:_RoleInformationSensitivityPolicy SSP:_RoleInformationSensitivityPolicy";

    private static readonly FrozenDictionary<string, string> Parents = Hierarchy
        .Split(' ')
        .Select(static pair => pair.Split(':'))
        .ToFrozenDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);

    /// <summary>
    /// Whether a code is the group itself or one of its members, at any depth; the members of a group never stand for the group.
    /// </summary>
    public static bool IsWithin(string code, string group)
    {
        for (var step = code; step is not null; step = Parents.GetValueOrDefault(step))
        {
            if (string.Equals(step, group, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a code is one of several groups itself or a member of one.</summary>
    internal static bool IsWithinOne(string code, IReadOnlySet<string> groups)
    {
        for (var step = code; step is not null; step = Parents.GetValueOrDefault(step))
        {
            if (groups.Contains(step))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a label is one of the sensitivities that HL7 has a code for, or a group of them.</summary>
    public static bool IsSensitivity(in SecurityLabel label)
    {
        foreach (var group in Sensitivities)
        {
            if (label.System == System && IsWithin(label.Code, group.Code))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether what the code demands is done with every release anyhow: it is recorded, patient by patient, and labels leave with their
    /// resource.
    /// </summary>
    public static bool IsFulfilled(string code) => code is "AUDIT" or "AUDTR" or "AOD" or "PERSISTLABEL" or "PRIVMARK";

    /// <summary>
    /// Whether the code demands a change or an approval that does not take place here, so that no grant may pass over it.
    /// </summary>
    public static bool IsUnfulfillable(string code) => code is "ANONY" or "DEID" or "PSEUD" or "HUAPRV";
}
