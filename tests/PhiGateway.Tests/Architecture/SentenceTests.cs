using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>Documents hold one sentence per line, so that a change shows the sentence that changed.</summary>
public sealed partial class SentenceTests
{
    [Fact]
    public void Documents_Lines_HoldOneSentence()
    {
        var crowded = RepositoryPaths
            .Files(RepositoryPaths.Root, "*.md")
            .SelectMany(static file => Crowded(File.ReadAllText(file)).Select(line => $"{SourceFiles.Name(file)}:{line}"));

        Findings.AssertNone(crowded);
    }

    [Theory]
    [InlineData("It is so. It was not.", 1)]
    [InlineData("- It is `so`. `That` is why.", 1)]
    [InlineData("> Is it? (It is.) Then go.", 2)]
    [InlineData("1. **Lead.** One sentence, e.g. This one, or No. 5 of them.", 0)]
    [InlineData("A link to [a b](c. D) and `code. More` of it.", 0)]
    [InlineData("Written by J. Doe. Read by all.", 1)]
    [InlineData("| a cell. Another. | b |", 0)]
    [InlineData("# A title. With two", 0)]
    [InlineData("```\nOne. Two. Three.\n```", 0)]
    public void Crowded_Text_IsToldByItsSentences(string text, int expected) => Assert.Equal(expected, Crowded(text).Count());

    [Fact]
    public void Documents_Sentences_StandOnOneLine()
    {
        var broken = RepositoryPaths
            .Files(RepositoryPaths.Root, "*.md")
            .SelectMany(static file => Broken(File.ReadAllText(file)).Select(line => $"{SourceFiles.Name(file)}:{line}"));

        Findings.AssertNone(broken);
    }

    [Theory]
    [InlineData("It is so.\nIt was not.", 0)]
    [InlineData("It is\nso.", 1)]
    [InlineData("These are:\n- one\n- two\n\nThey end", 0)]
    [InlineData("| a |\n| b |\n# c\nIt is.", 0)]
    [InlineData("```\nif a\nthen b\n```", 0)]
    [InlineData("It is (so)\nand *so*\n1. First", 0)]
    public void Broken_Text_IsToldByLinesThatEndWithinASentence(string text, int expected) => Assert.Equal(expected, Broken(text).Count());

    // One number for each line of prose that neither ends a sentence nor is followed by something else than prose.
    private static IEnumerable<int> Broken(string text)
    {
        var lines = text.Split('\n');
        var isCode = false;
        for (var i = 0; i < lines.Length - 1; i++)
        {
            var (line, next) = (lines[i].Trim(), lines[i + 1].Trim());
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }

            var isProse = !isCode && line.Length > 0 && line[0] is not ('#' or '|' or '<' or '`');
            if (isProse && next.Length > 0 && !Another().IsMatch(next) && !Ended().IsMatch(line))
            {
                yield return i + 1;
            }
        }
    }

    [GeneratedRegex(@"^(?:```|\||[-*] |#|<|\d+\. )")]
    private static partial Regex Another();

    [GeneratedRegex(@"[.!?:;…)”""*`]$")]
    private static partial Regex Ended();

    // One number for each sentence that begins behind another on its line.
    private static IEnumerable<int> Crowded(string text)
    {
        var (number, fence) = (0, string.Empty);
        foreach (var line in text.Split('\n'))
        {
            number++;
            var inner = line.TrimStart(' ', '>');
            if (inner.StartsWith("```", StringComparison.Ordinal) || inner.StartsWith("~~~", StringComparison.Ordinal))
            {
                fence = fence.Length == 0 || !inner.StartsWith(fence, StringComparison.Ordinal) ? inner[..3] : string.Empty;
                continue;
            }

            if (fence.Length > 0 || inner is ['|' or '#' or '<', ..])
            {
                continue;
            }

            // Code and addresses are one word, whatever stands in them.
            var plain = Address().Replace(Inline().Replace(line, "Xx"), "]");
            var mark = Mark().Match(plain).Length;
            foreach (Match end in End().Matches(plain))
            {
                if (end.Index >= mark && !Lead().IsMatch(plain[mark..end.Groups["gap"].Index]))
                {
                    yield return number;
                }
            }
        }
    }

    [GeneratedRegex(@"(?<ticks>`+).+?\k<ticks>")]
    private static partial Regex Inline();

    [GeneratedRegex(@"\]\([^)]*\)")]
    private static partial Regex Address();

    // Quotes, and what makes a line an item.
    [GeneratedRegex(@"^\s*(?:>\s*)*(?:(?:[-*+]|\d+\.)\s+)?(?:\[[ x]\]\s+)?")]
    private static partial Regex Mark();

    // Words in bold or italics at the beginning are a title.
    [GeneratedRegex(@"^(?:\*\*[^*]+\*\*|\*[^*]+\*)$")]
    private static partial Regex Lead();

    [GeneratedRegex(
        @"(?<!\b[A-Z])(?<!\b(?:e\.g|i\.e|vs|No|Art|Sec|St|Dr|Mr|Ms|Sgt|approx|cf|etc|resp|incl|max|min|Nr|Fig|Inc|Ltd|Co|Corp|Stat))"
            + @"[.!?][""')*_]*(?<gap> +)(?=[""'(*_\[]*[A-Z])"
    )]
    private static partial Regex End();
}
