using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Validation;

/// <summary>Checks agreements before they are stored; adds a problem for each mistake.</summary>
internal static class AgreementValidation
{
    internal static void Check(Agreement agreement, string path, ValidationContext context)
    {
        context.Reference(RegistryKind.Organization, agreement.Organization, path + "/organization");
        if (agreement.Expires <= agreement.Effective)
        {
            context.Add(path + "/expires", "An agreement expires after it takes effect.");
        }

        context.Ahead(agreement.Expires, path + "/expires");
        if (agreement.Jurisdictions.Count == 0)
        {
            context.Add(path + "/jurisdictions", "An agreement names at least one jurisdiction.");
        }

        for (var place = 0; place < agreement.Jurisdictions.Count; place++)
        {
            if (!IsJurisdiction(agreement.Jurisdictions[place]))
            {
                context.Add($"{path}/jurisdictions/{place}", "Not an ISO 3166 code, such as US or US-MN.");
            }
        }

        if (agreement.LegalReview is { } review)
        {
            context.Person(review.By, path + "/legalReview/by");
            context.NotAhead(review.On, path + "/legalReview/on");
            context.Text(review.Reference, path + "/legalReview/reference");
            context.Ahead(review.Until, path + "/legalReview/until");
            if (review.Until <= review.On)
            {
                context.Add(path + "/legalReview/until", "A review counts for at least one day: its end lies after its day.");
            }
        }
    }

    private static bool IsJurisdiction(string code) =>
        code.Length >= 2
        && char.IsAsciiLetterUpper(code[0])
        && char.IsAsciiLetterUpper(code[1])
        && (
            code.Length == 2
            || (
                code.Length is >= 4 and <= 6
                && code[2] == '-'
                && code[3..].All(static letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter))
            )
        );
}
