using System.Buffers.Binary;
using System.Text;

namespace PhiGateway.Proof.Checkpoints;

/// <summary>A text with signatures below it, as C2SP signed-note has it: how checkpoints and key statements are published. Immutable.</summary>
public sealed class SignedNote
{
    /// <summary>First character of a signature's line.</summary>
    public const char Dash = '\u2014';

    private const int MaxChars = 1024 * 1024;
    private const int MaxSignatures = 100;

    private readonly List<(string Name, uint Id, byte[] Signature)> _signatures;

    private SignedNote(string whole, string text, List<(string Name, uint Id, byte[] Signature)> signatures)
    {
        Whole = whole;
        Text = text;
        _signatures = signatures;
    }

    /// <summary>What was signed; ends with a line feed.</summary>
    public string Text { get; }

    /// <summary>Text, empty line and signatures.</summary>
    public string Whole { get; }

    /// <summary>Name, id of the key and bytes of each signature, unverified.</summary>
    internal IReadOnlyList<(string Name, uint Id, byte[] Signature)> Signatures => _signatures;

    /// <summary>Signs a text that ends with a line feed.</summary>
    public static SignedNote Sign(string text, IEnumerable<NoteSigner> signers)
    {
        var whole = text + "\n" + string.Concat(signers.Select(signer => signer.SignatureLine(text)));
        return Parse(whole) ?? throw new ArgumentException("The text cannot be that of a note.", nameof(text));
    }

    /// <summary>Reads a note; null when it is none. No signature is checked yet.</summary>
    public static SignedNote? Parse(string whole)
    {
        if (whole.Length > MaxChars || !whole.EndsWith('\n') || whole.Any(static c => c < ' ' && c != '\n'))
        {
            return null;
        }

        var split = whole.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0)
        {
            return null;
        }

        var lines = whole[(split + 2)..].Split('\n')[..^1];
        var signatures = new List<(string Name, uint Id, byte[] Signature)>(lines.Length);
        foreach (var line in lines)
        {
            var parts = line.Split(' ');
            if (parts.Length != 3 || parts[0] != Dash.ToString() || !NoteKey.IsName(parts[1]) || BlobOf(parts[2]) is not { } blob)
            {
                return null;
            }

            signatures.Add((parts[1], BinaryPrimitives.ReadUInt32BigEndian(blob), blob[4..]));
        }

        return signatures.Count is 0 or > MaxSignatures ? null : new SignedNote(whole, whole[..(split + 1)], signatures);
    }

    /// <summary>
    /// Whether one of its signatures is by this key. A line with the key's name and id that does not verify makes the whole note bad, as for
    /// every other reader of notes.
    /// </summary>
    public bool IsSignedBy(NoteKey key)
    {
        var text = Encoding.UTF8.GetBytes(Text);
        var mine = _signatures.Where(signature => signature.Name == key.Name && signature.Id == key.Id).ToList();
        return mine.Count > 0 && mine.TrueForAll(signature => key.Verifies(text, signature.Signature));
    }

    private static byte[]? BlobOf(string text)
    {
        try
        {
            var blob = Convert.FromBase64String(text);
            return blob.Length > 4 ? blob : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
