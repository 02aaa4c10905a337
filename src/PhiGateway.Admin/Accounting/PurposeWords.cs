namespace PhiGateway.Admin.Accounting;

/// <summary>Says in plain words what PHI was disclosed for, for a patient who does not know HL7's codes.</summary>
internal static class PurposeWords
{
    /// <summary>The statement: the purpose in words, its codes, and the title of the approved use.</summary>
    public static string Of(string? codes, string? title)
    {
        var words = codes is null ? "No purpose was stated" : string.Join("; ", codes.Split(' ').Select(WordsOf));
        return title is null ? words : $"{words}: {title}";
    }

    private static string WordsOf(string code) =>
        code switch
        {
            "TREAT" or "COC" => "Treatment",
            "ETREAT" or "BTG" or "ERTREAT" => "Emergency treatment",
            "HPAYMT" => "Payment",
            "HOPERAT" => "Health care operations",
            "PUBHLTH" => "Public health",
            "DISASTER" => "Disaster response",
            "THREAT" => "Averting a threat to health or safety",
            "HRESCH" or "BIORCH" or "CLINTRCH" or "CLINTRCHNPC" or "CLINTRCHPC" or "PRECLINTRCH" or "DSRCH" or "POARCH" or "TRANSRCH" =>
                "Research",
            "CLINTRL" => "Clinical trial",
            "HMARKT" => "Marketing",
            "DONAT" => "Organ or tissue donation",
            "GOV" => "Reporting to a government body",
            "HDECD" => "Concerning a person who has died",
            "MILCDM" or "MILDCRG" => "Military command or discharge",
            _ => $"Purpose {code}",
        };
}
