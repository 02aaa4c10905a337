using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Adds one coding of <c>meta.security</c> to a resource's facts: confidentiality to the high-water mark, integrity tags aside, everything
/// else to the labels.
/// </summary>
internal static class LabelReader
{
    public const string ActCode = ActCodes.System;
    public const string ObservationValue = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

    /// <summary>Takes in one coding; true when it was a confidentiality.</summary>
    public static bool Take(string? system, string? code, ResourceFacts facts)
    {
        if (system == ConfidentialityCodes.System)
        {
            facts.Raise(Rank(code ?? string.Empty, facts));
            return true;
        }

        // REDACTED, MASKED and kin say what was done to the resource, not who may see it.
        if (system != ObservationValue)
        {
            facts.AddLabel(new SecurityLabel(system ?? string.Empty, code ?? string.Empty));
        }

        return false;
    }

    /// <summary>
    /// The rank of a confidentiality code; the code system's deprecated codes are Restricted and bring the sensitivity they name.
    /// </summary>
    public static Confidentiality Rank(string code, ResourceFacts facts)
    {
        if (ConfidentialityCodes.TryParse(code, out var value))
        {
            return value;
        }

        var sensitivity = code switch
        {
            "B" => "B",
            "ETH" => "ETH",
            "HIV" => "HIV",
            "PSY" => "PSY",
            "SDV" => "SDV",
            "C" => "CEL",
            "S" => "PRS",
            "T" => "TBOO",
            "D" or "I" => string.Empty,
            _ => null,
        };
        if (sensitivity is null)
        {
            return Confidentiality.VeryRestricted;
        }

        if (sensitivity.Length > 0)
        {
            facts.AddLabel(new SecurityLabel(ActCode, sensitivity));
        }

        return Confidentiality.Restricted;
    }
}
