namespace PhiGateway.Policy.Vocabulary;

/// <summary>Paths of elements within a resource, such as <c>identifier.value</c>; used by masks.</summary>
public static class ElementPath
{
    private const int MostSteps = 4;

    // What judgement, addressing and the marks of masking themselves need; a contained resource is judged by rules of its own.
    private static readonly string[] Never = ["resourceType", "id", "meta", "contained", "implicitRules", "extension", "modifierExtension"];

    /// <summary>Whether something at this path can be masked.</summary>
    public static bool IsMaskable(string path)
    {
        var steps = path.Split('.');
        return steps.Length <= MostSteps && Array.IndexOf(Never, steps[0]) < 0 && Array.TrueForAll(steps, IsName);
    }

    /// <summary>The first step.</summary>
    public static string Top(string path) => path.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? path[..dot] : path;

    /// <summary>Whether a path is the other or lies below it.</summary>
    public static bool IsWithin(string path, string other) =>
        path.StartsWith(other, StringComparison.Ordinal) && (path.Length == other.Length || path[other.Length] == '.');

    private static bool IsName(string step) => step.Length > 0 && char.IsAsciiLetterLower(step[0]) && step.All(char.IsAsciiLetterOrDigit);
}
