namespace PhiGateway.Policy.Vocabulary;

/// <summary>HL7 v3-Confidentiality in its conventional order; a higher value is more sensitive.</summary>
/// <remarks>An unlabelled resource counts as <see cref="Normal"/>; an unknown code as <see cref="VeryRestricted"/>.</remarks>
public enum Confidentiality : byte
{
    /// <summary>U</summary>
    Unrestricted = 0,

    /// <summary>L</summary>
    Low = 1,

    /// <summary>M</summary>
    Moderate = 2,

    /// <summary>N</summary>
    Normal = 3,

    /// <summary>R</summary>
    Restricted = 4,

    /// <summary>V</summary>
    VeryRestricted = 5,
}
