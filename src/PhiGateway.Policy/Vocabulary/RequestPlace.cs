namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// Names the part of a request that a refusal is about: the parameter, the entry of a bundle, or both; never a value. Told to the client that
/// sent it, in whose own words it is. Made by the readers of requests; immutable.
/// </summary>
/// <param name="Parameter">Name of the parameter, with its modifier or chain; null: none in particular.</param>
/// <param name="Entry">Place of the entry in its bundle; null: none in particular.</param>
public sealed record RequestPlace(string? Parameter, int? Entry = null)
{
    private const int Longest = 64;

    /// <summary>The place of a parameter; null where its name is not one that a parameter could have: it may be anything.</summary>
    public static RequestPlace? Of(string parameter) => IsName(parameter) ? new RequestPlace(parameter) : null;

    private static bool IsName(string text)
    {
        if (text.Length is 0 or > Longest || !(char.IsAsciiLetter(text[0]) || text[0] == '_'))
        {
            return false;
        }

        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or ':' or '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
