using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Checks rules of single documents that their shape does not say; what documents mean together is the registry validator's.
/// </summary>
internal static class DocumentRules
{
    private const int MostTitle = 120;
    private const int MostQuery = 1000;

    private static readonly string[] Filters = ["from", "to", "client", "tenant", "decision", "reason", "kind", "actor"];

    public static IReadOnlyList<ProblemPointer> Check(IRegistryEntity entity, string prefix) =>
        entity switch
        {
            TaskGrant task when !PatientId.TryParse(task.Patient, out _) =>
            [
                new ProblemPointer(prefix + "/patient", "malformed-id", "A FHIR id of 1 to 64 letters, digits, '-' and '.' is expected."),
            ],
            SavedSearch search => Check(search, prefix),
            _ => [],
        };

    // What is kept is opened by others: the filters of an address, and never a patient's.
    private static List<ProblemPointer> Check(SavedSearch search, string prefix)
    {
        var findings = new List<ProblemPointer>();
        if (string.IsNullOrWhiteSpace(search.Title) || search.Title.Length > MostTitle || !ShownText.IsLine(search.Title))
        {
            findings.Add(new ProblemPointer(prefix + "/title", "required", $"Say what it is called, in at most {MostTitle} characters."));
        }

        var parts = search.Query.Split('&');
        if (search.Query.Length is 0 or > MostQuery || !Array.TrueForAll(parts, IsFilter))
        {
            findings.Add(
                new ProblemPointer(
                    prefix + "/query",
                    "malformed",
                    $"Filters as in an address are expected, each of {string.Join(", ", Filters)}; never a patient."
                )
            );
        }

        return findings;
    }

    private static bool IsFilter(string part) =>
        part.Split('=') is [var name, { Length: > 0 } value]
        && Filters.Contains(name)
        && value.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '~' or '%' or ':');
}
