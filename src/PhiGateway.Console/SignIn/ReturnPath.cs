namespace PhiGateway.Console.SignIn;

/// <summary>Keeps the way back after a sign-in inside the console: never to another site, whatever the parameter says.</summary>
internal static class ReturnPath
{
    /// <summary>The first screen.</summary>
    public const string First = "/console/now";

    private const string Inside = "/console/";
    private const string SignIn = "/console/sign-";
    private const int MostCharacters = 2048;

    /// <summary>The path when it is one of the console's own pages, else the first screen.</summary>
    public static string Of(string? wanted) =>
        wanted is { Length: <= MostCharacters }
        && wanted.StartsWith(Inside, StringComparison.Ordinal)
        && !wanted.StartsWith(SignIn, StringComparison.Ordinal)
        && !wanted.Contains("//", StringComparison.Ordinal)
        && wanted.All(static c => c is > ' ' and < '\x7f' and not '\\')
            ? wanted
            : First;
}
