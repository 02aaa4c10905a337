using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>Checks what a use case asks of sign-ins and compiles it; shared by snapshot and validator. What is wrong closes the use case.</summary>
internal static class StepUpChecks
{
    private const int MostSeconds = 24 * 3600;
    private const int MostCharacters = 128;

    /// <summary>The compiled form; null: nothing is asked, or it cannot be read.</summary>
    internal static StepUpEntry? Check(UseCase useCase, string path, List<RegistryProblem> problems)
    {
        if (useCase.StepUp is not { } asked)
        {
            return null;
        }

        path += "/stepUp";
        if (asked.FreshWithinSeconds is null && asked.Acr.Count == 0)
        {
            problems.Add(new RegistryProblem(path, "Says how fresh the sign-in is, of which class, or both."));
        }

        if (asked.FreshWithinSeconds is < 1 or > MostSeconds)
        {
            problems.Add(new RegistryProblem(path + "/freshWithinSeconds", $"1 to {MostSeconds} seconds."));
        }

        for (var place = 0; place < asked.Acr.Count; place++)
        {
            // They are told to clients, separated by blanks and between quotes.
            var acr = asked.Acr[place];
            if (acr.Length is 0 or > MostCharacters || acr.Any(static letter => letter is <= ' ' or > '~' or '"' or '\\'))
            {
                problems.Add(new RegistryProblem($"{path}/acr/{place}", "A class of sign-in, without blanks and quotes."));
            }
        }

        var types = ListReading.Types(asked.Types, path, problems);
        var within = asked.FreshWithinSeconds is { } seconds ? seconds * TimeSpan.TicksPerSecond : long.MaxValue;
        return new StepUpEntry(
            within,
            [.. asked.Acr],
            types,
            asked.When.Contains(StepUpOccasion.NewNetwork),
            asked.When.Contains(StepUpOccasion.NewType)
        );
    }
}
