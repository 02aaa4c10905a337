using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Tiles;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>A witness cosigns what extends what it has seen, remembers it over its own end, and refuses everything else in the protocol's words.</summary>
public sealed class WitnessTests : IDisposable
{
    private const string Origin = "gw-01/20260501T120000-3fa9b2c1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-witness-");
    private readonly NoteSigner _log = new(Origin, [.. Enumerable.Repeat((byte)7, 32)]);
    private readonly Cosigner _cosigner = new("gw-02/witness", [.. Enumerable.Repeat((byte)9, 32)]);
    private readonly List<ProofFinding> _found = [];
    private readonly TreeHash[] _leaves = [.. Enumerable.Range(0, 40).Select(static i => TreeHash.OfLeaf([(byte)i]))];

    public void Dispose()
    {
        _log.Dispose();
        _cosigner.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Add_WhatExtendsWhatItSaw_IsCosignedAndRememberedByTheNextProcess()
    {
        var first = Start().Add(Request(0, 13));
        var second = Start().Add(Request(13, 21));
        var again = Start().Add(Request(21, 21));

        foreach (var (answer, size) in new[] { (first, 13), (second, 21), (again, 21) })
        {
            Assert.Equal(200, answer.Status);
            Assert.NotNull(_cosigner.Public.CosignedAt(SignedNote.Parse(Note(size).Whole + answer.Body)!));
        }

        var shown = SignedNote.Parse(Start().Newest(Witness.HashOf(Origin))!)!;
        Assert.Equal(Note(21).Text, shown.Text);
        Assert.True(shown.IsSignedBy(_log.Public));
        Assert.NotNull(_cosigner.Public.CosignedAt(shown));
        Assert.Empty(_found);
    }

    [Theory]
    [InlineData("another log", 404)]
    [InlineData("another key", 403)]
    [InlineData("old above new", 400)]
    [InlineData("old too small", 409)]
    [InlineData("no proof", 422)]
    [InlineData("wrong proof", 422)]
    [InlineData("another history", 422)]
    [InlineData("another history of one size", 409)]
    [InlineData("shorter", 409)]
    [InlineData("garbage", 400)]
    [InlineData("leading zero", 400)]
    [InlineData("too many hashes", 400)]
    public void Add_WhatDoesNot_IsRefusedAndNothingIsForgotten(string what, int status)
    {
        Assert.Equal(200, Start().Add(Request(0, 13)).Status);
        var other = _leaves.ToArray();
        other[5] = TreeHash.OfLeaf("another"u8);
        using var stranger = new NoteSigner(Origin, new byte[32]);
        using var elsewhere = new NoteSigner("gw-03/x", new byte[32]);
        var good = Request(13, 21);
        var answer = Start()
            .Add(
                what switch
                {
                    "another log" => Request(0, 13, signer: elsewhere, origin: "gw-03/x"),
                    "another key" => Request(13, 21, signer: stranger),
                    "old above new" => Request(13, 13).Replace("old 13", "old 14", StringComparison.Ordinal),
                    "old too small" => Request(8, 21),
                    "no proof" => "old 13\n\n" + Note(21).Whole,
                    "wrong proof" => good.Replace(
                        Proof(13, _leaves[..21])[0].ToString(),
                        TreeHash.Empty.ToString(),
                        StringComparison.Ordinal
                    ),
                    "another history" => Request(13, 21, leaves: other),
                    "another history of one size" => Request(13, 13, leaves: other),
                    "shorter" => Request(8, 8),
                    "leading zero" => good.Replace("old 13", "old 013", StringComparison.Ordinal),
                    "too many hashes" => good.Replace(
                        "old 13\n",
                        "old 13\n" + string.Concat(Enumerable.Repeat(TreeHash.Empty + "\n", 64)),
                        StringComparison.Ordinal
                    ),
                    _ => "old 13\n",
                }
            );

        Assert.Equal(status, answer.Status);
        if (status == 409)
        {
            Assert.Equal((WitnessAnswer.SizeType, "13\n"), (answer.ContentType, answer.Body));
        }

        // The legitimate one goes on as if nothing had been.
        Assert.Equal(200, Start().Add(good).Status);
        var contradicts = what is "another history" or "another history of one size" or "shorter" or "no proof" or "wrong proof";
        Assert.Equal(contradicts ? 1 : 0, _found.Count);
        Assert.Equal(contradicts ? 1 : 0, Directory.GetFiles(_folder.FullName, "*.log-*").Length);
    }

    [Fact]
    public void Cosignature_ByTheWordsOfTheSpecification_IsWhatTheyDescribe()
    {
        var note = Note(13);
        var parts = _cosigner.SignatureLine(note.Text, DateTimeOffset.FromUnixTimeSeconds(1679315147)).TrimEnd('\n').Split(' ');
        var blob = Convert.FromBase64String(parts[2]);

        Assert.Equal(("\u2014", "gw-02/witness", 76), (parts[0], parts[1], blob.Length));
        Assert.Equal(SHA256.HashData([.. "gw-02/witness\n"u8, 4, .. _cosigner.Public.PublicBytes])[..4], blob[..4]);
        Assert.Equal(1679315147UL, BinaryPrimitives.ReadUInt64BigEndian(blob.AsSpan(4)));
        var key = PublicKey.Import(SignatureAlgorithm.Ed25519, _cosigner.Public.PublicBytes, KeyBlobFormat.RawPublicKey);
        Assert.True(
            SignatureAlgorithm.Ed25519.Verify(key, Encoding.UTF8.GetBytes("cosignature/v1\ntime 1679315147\n" + note.Text), blob.AsSpan(12))
        );
        Assert.Equal(_cosigner.Public.Id, WitnessKey.Parse(_cosigner.Public.ToString())!.Id);
        Assert.Null(NoteKey.Parse(_cosigner.Public.ToString()));
        Assert.Null(WitnessKey.Parse(_log.Public.ToString()));
    }

    [Fact]
    public void Logs_AddedToTheFile_AreWitnessedWithoutARestart()
    {
        var file = Path.Combine(_folder.FullName, "logs");
        File.WriteAllText(file, "# none yet\n");
        var witness = new Witness(Path.Combine(_folder.FullName, "seen"), _cosigner, new LogKeyFile(file).Keys, TimeProvider.System);
        Assert.Equal(404, witness.Add(Request(0, 13)).Status);

        File.WriteAllText(file, $"nonsense\nlog {_log.Public}\n");

        Assert.Equal(200, witness.Add(Request(0, 13)).Status);
        Assert.Contains("nonsense", LogKeyFile.FindFlaw(file), StringComparison.Ordinal);
        File.WriteAllText(file, $"# ours\n\n{_log.Public}\n");
        Assert.Null(LogKeyFile.FindFlaw(file));
    }

    private Witness Start()
    {
        var witness = new Witness(_folder.FullName, _cosigner, () => [_log.Public], TimeProvider.System);
        witness.Contradicted += _found.Add;
        return witness;
    }

    private string Request(int old, int size, TreeHash[]? leaves = null, NoteSigner? signer = null, string origin = Origin)
    {
        var of = (leaves ?? _leaves)[..size];
        var note = Note(size, leaves, signer, origin);
        return new WitnessRequest(old, Proof(old, of), note, Checkpoint.Parse(note.Text)!).ToBody();
    }

    private SignedNote Note(int size, TreeHash[]? leaves = null, NoteSigner? signer = null, string origin = Origin) =>
        SignedNote.Sign(new Checkpoint(origin, size, TreeMath.Root((leaves ?? _leaves).AsSpan(0, size))).ToText(), [signer ?? _log]);

    // RFC 6962, 2.1.2, as it stands there.
    private static List<TreeHash> Proof(int old, TreeHash[] leaves) => old == 0 || old == leaves.Length ? [] : SubProof(old, leaves, true);

    private static List<TreeHash> SubProof(int old, TreeHash[] leaves, bool isWhole)
    {
        if (old == leaves.Length)
        {
            return isWhole ? [] : [TreeMath.Root(leaves)];
        }

        var split = (int)TreeMath.Split(leaves.Length);
        return old <= split
            ? [.. SubProof(old, leaves[..split], isWhole), TreeMath.Root(leaves.AsSpan(split))]
            : [.. SubProof(old - split, leaves[split..], false), TreeMath.Root(leaves.AsSpan(0, split))];
    }
}
