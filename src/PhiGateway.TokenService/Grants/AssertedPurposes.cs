using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.TokenService.Grants;

/// <summary>Decides for which purposes of use a token is issued: those that the client asserts, or the only one that it has.</summary>
internal static class AssertedPurposes
{
    /// <summary>The codes; null: one is unknown, not approved, or none is asserted where there are several.</summary>
    public static IReadOnlyList<string>? Of(IReadOnlyList<string> asserted, UseCase useCase)
    {
        if (asserted.Count == 0)
        {
            // Emergency is always asserted by someone: the registry never says it on their behalf.
            return useCase.Purposes is [var only] && PurposeOfUse.TryParse(only, out var single) && !single.IsBreakGlass
                ? useCase.Purposes
                : null;
        }

        var codes = new List<string>();
        foreach (var text in asserted)
        {
            if (!PurposeOfUse.TryParse(text, out var purpose) || !IsApproved(purpose, useCase))
            {
                return null;
            }

            if (!codes.Contains(purpose.Code))
            {
                codes.Add(purpose.Code);
            }
        }

        return codes;
    }

    /// <summary>
    /// Whether everything that is asserted is among the purposes of a token, in whatever way either writes it; what cannot be read is not.
    /// </summary>
    /// <param name="asserted">What a client says.</param>
    /// <param name="held">What its token has.</param>
    public static bool AreWithin(IReadOnlyList<string> asserted, IReadOnlyList<string> held)
    {
        foreach (var text in asserted)
        {
            if (!PurposeOfUse.TryParse(text, out var purpose) || !IsAmong(purpose, held))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAmong(PurposeOfUse purpose, IReadOnlyList<string> held)
    {
        foreach (var text in held)
        {
            if (PurposeOfUse.TryParse(text, out var one) && one.Equals(purpose))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsApproved(PurposeOfUse purpose, UseCase useCase)
    {
        if (purpose.IsBreakGlass && !useCase.AllowsBreakGlass)
        {
            return false;
        }

        foreach (var text in useCase.Purposes)
        {
            if (PurposeOfUse.TryParse(text, out var approved) && approved.Permits(purpose))
            {
                return true;
            }
        }

        return false;
    }
}
