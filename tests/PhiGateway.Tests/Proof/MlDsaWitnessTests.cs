using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Witnessing;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>Cosignatures of ML-DSA-44, held to the words of C2SP tlog-cosignature.</summary>
public sealed class MlDsaWitnessTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_679_315_147);
    private static readonly string Text = $"example.com/behind-the-sofa\n20852163\n{Convert.ToBase64String(SHA256.HashData("root"u8))}\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-mldsa-");
    private readonly NoteSigner _log = new("example.com/behind-the-sofa", SHA256.HashData("log"u8));
    private readonly Cosigner _cosigner = new("gw-02/witness", SHA256.HashData("witness"u8), CosignatureAlgorithm.MlDsa44);

    public void Dispose()
    {
        _log.Dispose();
        _cosigner.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Message_OfACheckpoint_IsTheStructOfTheSpecification()
    {
        // struct cosigned_message, byte by byte.
        byte[] expected =
        [
            .. "subtree/v1\n\0"u8,
            13,
            .. "gw-02/witness"u8,
            .. BigEndian(1_679_315_147),
            27,
            .. "example.com/behind-the-sofa"u8,
            .. BigEndian(0),
            .. BigEndian(20_852_163),
            .. SHA256.HashData("root"u8),
        ];

        Assert.Equal(expected, MlDsa44.Message("gw-02/witness", 1_679_315_147, Text));

        // Extensions are no part of it; what is no checkpoint, or has a name beyond a byte's length, cannot be signed.
        Assert.Equal(expected, MlDsa44.Message("gw-02/witness", 1_679_315_147, Text + "an extension\n"));
        Assert.Null(MlDsa44.Message("gw-02/witness", 1, "no checkpoint\n"));
        Assert.Null(MlDsa44.Message(new string('x', 256), 1, Text));
        Assert.Null(MlDsa44.Message("w", 1, new string('o', 256) + Text["example.com/behind-the-sofa".Length..]));
    }

    [Fact]
    public void Key_AsItIsPublished_IsReadBack()
    {
        var text = _cosigner.Public.ToString();
        var key = WitnessKey.Parse(text)!;

        Assert.Equal((CosignatureAlgorithm.MlDsa44, text), (key.Algorithm, key.ToString()));
        byte[] hashed = [.. "gw-02/witness\n"u8, 6, .. key.PublicBytes];
        Assert.Equal(1312, key.PublicBytes.Length);
        Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(hashed)), key.Id);
        Assert.Null(WitnessKey.Parse(text[..^4]));
        Assert.Null(WitnessKey.Parse(text.Replace("gw-02", "gw-03", StringComparison.Ordinal)));
        Assert.Null(NoteKey.Parse(text));
    }

    [Fact]
    public void CosignedAt_WhatWasSigned_IsTheTime_AndOfAnythingElseNone()
    {
        var line = _cosigner.SignatureLine(Text, Now);
        var blob = Convert.FromBase64String(line.TrimEnd('\n').Split(' ')[2]);
        Assert.Equal(4 + 8 + 2420, blob.Length);
        Assert.Equal(Now, _cosigner.Public.CosignedAt(Note(Text, line)));

        var other = Text.Replace("20852163", "20852164", StringComparison.Ordinal);
        Assert.Null(_cosigner.Public.CosignedAt(Note(other, line)));
        Assert.Null(_cosigner.Public.CosignedAt(Note(Text.Replace("sofa", "sofb", StringComparison.Ordinal), line)));
        using var namesake = new Cosigner("gw-03/witness", SHA256.HashData("witness"u8), CosignatureAlgorithm.MlDsa44);
        Assert.Null(namesake.Public.CosignedAt(Note(Text, line)));

        // A time of zero says nothing of what was the largest.
        Assert.Null(_cosigner.Public.CosignedAt(Note(Text, _cosigner.SignatureLine(Text, DateTimeOffset.UnixEpoch))));
    }

    [Fact]
    public void CosignedAt_AnyByteChanged_IsNone()
    {
        var blob = Convert.FromBase64String(_cosigner.SignatureLine(Text, Now).TrimEnd('\n').Split(' ')[2]);
        Prop.ForAll(
                Gen.Choose(4, blob.Length - 1).ToArbitrary(),
                at =>
                {
                    var changed = blob.ToArray();
                    changed[at] ^= 0x20;
                    var line = $"{SignedNote.Dash} gw-02/witness {Convert.ToBase64String(changed)}\n";
                    return _cosigner.Public.CosignedAt(Note(Text, line)) is null;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public async Task Add_WitnessWithBothKeys_AnswersWithBoth_AndEitherMeetsAPolicy()
    {
        await using var world = await LogWorld.StartAsync(5);
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var note = SignedNote.Parse(prover.Pin()!.Checkpoint)!;
        var checkpoint = Checkpoint.Parse(note.Text)!;
        using var first = new Cosigner("gw-02/witness", SHA256.HashData("witness"u8));
        var keys = prover.Keys.Select(static key => NoteKey.Parse(key.ToString())!).ToList();
        var witness = new Witness(_folder.FullName, first, () => keys, TimeProvider.System, _cosigner);
        Assert.Equal([CosignatureAlgorithm.Ed25519, CosignatureAlgorithm.MlDsa44], witness.Keys.Select(static key => key.Algorithm));

        var answer = witness.Add($"old 0\n\n{note.Whole}");
        Assert.True(answer.Status == 200, answer.Body);
        var lines = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        foreach (var key in witness.Keys)
        {
            var policy = WitnessPolicy.Parse($"witness w {key}\nquorum w\n", out var problem);
            Assert.True(policy is not null, problem);
            Assert.True(policy.IsMet(SignedNote.Parse(note.Whole + answer.Body)!));
            Assert.False(policy.IsMet(note));
        }

        // What it shows to others has both too.
        var shown = SignedNote.Parse(witness.Newest(Witness.HashOf(checkpoint.Origin))!)!;
        Assert.All(witness.Keys, key => Assert.NotNull(key.CosignedAt(shown)));
    }

    private static SignedNote Note(string text, string line) => SignedNote.Parse($"{text}\n{line}")!;

    private static byte[] BigEndian(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }
}
