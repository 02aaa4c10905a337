using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Validation;

/// <summary>Gives the validators what they may ask (the documents, the time), and collects the problems that they find.</summary>
internal sealed class ValidationContext(
    Func<RegistryKind, string, IRegistryEntity?> find,
    Func<ResourceType, string, bool> knowsTokenParameter,
    DateOnly? today,
    List<RegistryProblem> problems
)
{
    private const int MostCharacters = 4096;

    internal Func<RegistryKind, string, IRegistryEntity?> Find => find;

    internal Func<ResourceType, string, bool> KnowsTokenParameter => knowsTokenParameter;

    internal List<RegistryProblem> Problems => problems;

    internal void Add(string path, string message) => problems.Add(new RegistryProblem(path, message));

    /// <summary>A text that must say something, without characters that forge lines or turn round what is shown.</summary>
    internal void Text(string? text, string path)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MostCharacters || !ShownText.IsLine(text))
        {
            Add(path, "Required: a text without control characters, and without characters that are not shown.");
        }
    }

    /// <summary>Who somebody is: a text that cannot be another one that looks the same. Four eyes compare persons.</summary>
    internal void Person(string? person, string path)
    {
        if (
            string.IsNullOrWhiteSpace(person)
            || person.Length > MostCharacters
            || !ShownText.IsLine(person)
            || person.Any(static letter => letter is ShownText.NonJoiner or ShownText.Joiner || IsVariant(letter))
        )
        {
            Add(
                path,
                "Required: a person, in plain characters that are shown: no variants such as full width, and no accents apart from their letters."
            );
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

    // What NFKC would turn into another letter; listed, because the runtime normalizes nothing where it is built without globalization.
    private static bool IsVariant(char letter) =>
        char.IsSurrogate(letter)
        || letter
            is '\u00aa'
                or '\u00b2'
                or '\u00b3'
                or '\u00b9'
                or '\u00ba'
                or (>= '\u0300' and <= '\u036f')
                or (>= '\u2070' and <= '\u209f')
                or (>= '\u2100' and <= '\u218f')
                or (>= '\u2460' and <= '\u24ff')
                or (>= '\ufb00' and <= '\ufb06')
                or (>= '\ufe50' and <= '\ufe6f')
                or (>= '\uff00' and <= '\uffef');

    internal static bool IsSha256(string? text) => text is { Length: 64 } && text.All(static letter => char.IsAsciiHexDigitLower(letter));
}
