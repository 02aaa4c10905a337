using Xunit;

namespace PhiGateway.Tests.Architecture;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData("var a = b ? c : d ? e : f;", 1)]
    [InlineData("var a = b ? (c ? d : e) : f;", 1)]
    [InlineData("var a =\n    b ? c\n    : d ? e\n    : f;", 1)]
    [InlineData("return b ? list.Where(x => x ? y : z) : f;", 1)]
    [InlineData("var a = b ? c : d; var e = f ? g : h;", 0)]
    [InlineData("Call(b ? c : d, e ? f : g);", 0)]
    [InlineData("var a = x switch { 1 => b ? c : d, _ => e ? f : g };", 0)]
    [InlineData("string? a = b ?? c; int? d = e?.f; var g = h is { } i ? i : j;", 0)]
    [InlineData("var a = b ? \"x ? y : z\" : c; // d ? e : f ? g : h", 0)]
    [InlineData("var a = b ? $\"{(x ? \"y\" : \"z\")}\" : '?';", 0)]
    [InlineData("var a = b ? \"\"\"x \" ? y : \"\"\" : @\"c:\\ ? \"\" ? \";", 0)]
    public void NestedConditionals_Code_AreCounted(string code, int expected) =>
        Assert.Equal(expected, CodeText.NestedConditionals(code + "\n").Count());

    [Fact]
    public void Bare_AnyFile_KeepsItsLinesAndLength()
    {
        const string Code = "var a = \"b\\\"c\"; /* d\n */ var e = $\"f{{g}} {h}\"; // i\n";

        var bare = CodeText.Bare(Code);

        Assert.Equal(Code.Length, bare.Length);
        Assert.Equal(Code.Count(c => c == '\n'), bare.Count(c => c == '\n'));
        Assert.DoesNotContain("c", bare.Replace("_", ""), StringComparison.Ordinal);
    }
}
