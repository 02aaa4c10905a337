using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>What validation may ask, and where it puts what it finds.</summary>
internal sealed class ValidationContext(
    Func<RegistryKind, string, IRegistryEntity?> find,
    Func<ResourceType, string, bool> knowsTokenParameter,
    DateOnly? today,
    List<RegistryProblem> problems)
{
    private const int MostCharacters = 4096;

    internal Func<RegistryKind, string, IRegistryEntity?> Find => find;

    internal Func<ResourceType, string, bool> KnowsTokenParameter => knowsTokenParameter;

    internal List<RegistryProblem> Problems => problems;

    internal void Add(string path, string message) => problems.Add(new RegistryProblem(path, message));

    /// <summary>A text that must say something, without control characters, which could forge lines wherever it is shown.</summary>
    internal void Text(string? text, string path)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MostCharacters || text.Any(char.IsControl))
        {
            Add(path, "Required: a text without control characters.");
        }
    }

    internal IRegistryEntity? Reference(RegistryKind kind, string id, string path)
    {
        var found = RegistryId.IsValid(id) ? find(kind, id) : null;
        if (found is null)
        {
            Add(path, "There is no such document.");
        }

        return found;
    }

    /// <summary>A first day no longer valid must lie ahead.</summary>
    internal void Ahead(DateOnly? firstInvalid, string path)
    {
        if (today is { } day && firstInvalid is { } end && end <= day)
        {
            Add(path, "Expired on arrival: the day lies in the past.");
        }
    }

    /// <summary>What is said to have happened has happened.</summary>
    internal void NotAhead(DateOnly happened, string path)
    {
        if (today is { } day && happened > day)
        {
            Add(path, "The day lies ahead (UTC): it has not happened yet.");
        }
    }

    internal static bool IsSha256(string? text) => text is { Length: 64 } && text.All(static letter => char.IsAsciiHexDigitLower(letter));
}
