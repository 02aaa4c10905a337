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

    [Theory]
    [InlineData("<p>it's</p>\n<td class=\"@(a ? (b ? \"c\" : \"d\") : \"e\")\">", 2)]
    [InlineData("@Words.Count(a ? b : c ? d : e)", 1)]
    [InlineData("\n@if (a ? b : c ? d : e)\n{\n}", 2)]
    [InlineData("<p>What (is it? no? yes?)</p> @(a ? \"b ? c : d ? e : f\" : null)", 0)]
    [InlineData("@(a ? b : c) and @(d ? e : f), the client's (if any)", 0)]
    public void Expressions_OfAPage_AreItsCode(string page, int line) =>
        Assert.Equal(
            line,
            CodeText.Expressions(page).Where(static found => CodeText.NestedConditionals(found.Code).Any()).Sum(static found => found.Line)
        );

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
