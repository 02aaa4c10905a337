using PhiGateway.Admin.Accounting;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>Says in one line on what disclosures rested at the time: agreement, who approved, and by what the patient was covered.</summary>
internal static class GroundWords
{
    /// <summary>The line; empty: their records are of before it was said.</summary>
    public static string Of(DisclosureGround ground)
    {
        var parts = new List<string>(3);
        Add(parts, "under", ground.Agreements);
        Add(parts, "approved by", ground.Approvers);
        Add(parts, "covered by", ground.CoveredBy);
        if (ground.More == true)
        {
            parts.Add("and more");
        }

        return string.Join("; ", parts);
    }

    private static void Add(List<string> parts, string words, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            parts.Add($"{words} {string.Join(", ", values)}");
        }
    }
}
