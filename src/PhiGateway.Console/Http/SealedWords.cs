using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Http;

/// <summary>The words of a page's filters that stand sealed in its address; makes the addresses of its neighbours.</summary>
/// <param name="seal">Seals what is left when a word is taken away.</param>
/// <param name="text">As they stand in the address; empty: there are none.</param>
/// <param name="typed">The words by the name of their field.</param>
internal sealed class SealedWords(AskedSeal seal, string text, IReadOnlyDictionary<string, string> typed)
{
    /// <summary>Name of the parameter that carries them.</summary>
    public const string Parameter = "asked";

    /// <summary>The words.</summary>
    public IReadOnlyDictionary<string, string> Typed => typed;

    /// <summary>A path with those of the parameters that have a value; what was typed goes along sealed.</summary>
    public string Link(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var (shown, kept) = (new List<(string, string?)>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (name, value) in parameters)
        {
            if (value is not null && typed.TryGetValue(name, out var word) && word == value)
            {
                kept[name] = value;
            }
            else
            {
                shown.Add((name, value));
            }
        }

        // The same words keep their address, so that what was begun under it is found again.
        var isWhole = kept.Count == typed.Count;
        shown.Add((Parameter, isWhole ? text : seal.Seal(kept)!.Text));
        return Links.With(path, [.. shown]);
    }

    private string Text => text;
}
