using System.Security.Cryptography;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Tiles;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed class NoteTests
{
    private const string Vector =
        "audit.example.org/gw-01\n1\n5ig1ueiNtI5HQh8XmUgUu7EB4Dd2Dc4ifAAvWvmUTQ8=\n\n\u2014 audit.example.org/gw-01 "
        + "NpU3sFLh3stsGG/FVvhQ32LMDHGV/9aM6NU+reczfrcYeu3GM2tYulw5Np9JqF+i3d4TPLVVM9UoYp2korzQ7CYBTQo=\n";

    private const string VectorKey = "audit.example.org/gw-01+369537b0+ATVlt1x5rtnu/bC/9aOzZh4qKNQDl8I7iRmJ5IZpAYjc";

    [Fact]
    public void Sign_KnownSeed_IsTheKnownCheckpoint()
    {
        using var signer = new NoteSigner("audit.example.org/gw-01", SHA256.HashData("test-seed-only"u8));
        var leaf = TreeHash.OfLeaf("{\"seq\":0,\"patient\":\"Patient/0\",\"decision\":\"permit\"}"u8);
        var text = new Checkpoint("audit.example.org/gw-01", 1, leaf).ToText();

        Assert.Equal(Vector, SignedNote.Sign(text, [signer]).Whole);
        Assert.Equal(VectorKey, signer.Public.ToString());
    }

    [Fact]
    public void IsSignedBy_KnownCheckpoint_HoldsAndOneBitMoreDoesNot()
    {
        var key = NoteKey.Parse(VectorKey)!;

        Assert.True(SignedNote.Parse(Vector)!.IsSignedBy(key));
        Assert.False(SignedNote.Parse(Vector.Replace("\n1\n", "\n2\n", StringComparison.Ordinal))!.IsSignedBy(key));
        Assert.False(SignedNote.Parse(Vector.Replace("BTQo=", "BTQs=", StringComparison.Ordinal))!.IsSignedBy(key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n\u2014 name AAAAAAAA")]
    [InlineData("text\n\n- name AAAAAAAA\n")]
    [InlineData("text\n\n\u2014 name not-base64\n")]
    [InlineData("text\n\n\u2014 na+me AAAAAAAA\n")]
    [InlineData("te\txt\n\n\u2014 name AAAAAAAA\n")]
    public void Parse_WhatIsNoNote_IsRefused(string whole) => Assert.Null(SignedNote.Parse(whole));

    [Theory]
    [InlineData("o\n01\n5ig1ueiNtI5HQh8XmUgUu7EB4Dd2Dc4ifAAvWvmUTQ8=\n")]
    [InlineData("o\n-1\n5ig1ueiNtI5HQh8XmUgUu7EB4Dd2Dc4ifAAvWvmUTQ8=\n")]
    [InlineData("o\n1\n5ig1ueiNtI5HQh8XmUgUu7EB4Dd2Dc4ifAAvWvmUTQ9=\n")]
    [InlineData("o\n1\nshort\n")]
    [InlineData("\n1\n5ig1ueiNtI5HQh8XmUgUu7EB4Dd2Dc4ifAAvWvmUTQ8=\n")]
    [InlineData("o\n1\n5ig1ueiNtI5HQh8XmUgUu7EB4Dd2Dc4ifAAvWvmUTQ8=")]
    public void Parse_WhatIsNoCheckpoint_IsRefused(string text) => Assert.Null(Checkpoint.Parse(text));

    [Theory]
    [InlineData("audit.example.org/gw-02+369537b0+ATVlt1x5rtnu/bC/9aOzZh4qKNQDl8I7iRmJ5IZpAYjc")]
    [InlineData("audit.example.org/gw-01+369537b1+ATVlt1x5rtnu/bC/9aOzZh4qKNQDl8I7iRmJ5IZpAYjc")]
    [InlineData("audit.example.org/gw-01+369537b0+AjVlt1x5rtnu/bC/9aOzZh4qKNQDl8I7iRmJ5IZpAYjc")]
    [InlineData("audit.example.org/gw-01")]
    public void Parse_KeyThatIsNotItsOwnName_IsRefused(string text) => Assert.Null(NoteKey.Parse(text));
}
