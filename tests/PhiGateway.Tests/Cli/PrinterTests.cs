using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>What is longer than a terminal is wide is whole wherever a program may read it, and told to be cut where it is.</summary>
public sealed class PrinterTests
{
    private const int Edge = 60;

    private static readonly string Long = new('x', 300);

    [Fact]
    public void List_IntoAPipe_CutsNothing()
    {
        var output = new StringWriter();

        Printer.List(output, OutputFormat.Table, new JsonArray(new JsonObject { ["id"] = "acme", ["note"] = Long }), "id", "note");

        Assert.Equal(["ID    NOTE", "acme  " + Long], Lines(output));
    }

    [Fact]
    public void One_AnyLength_CutsNothing()
    {
        var output = new StringWriter();

        Printer.One(output, OutputFormat.Table, new JsonObject { ["note"] = Long });

        Assert.Equal(["note  " + Long], Lines(output));
    }

    [Theory]
    [InlineData(Edge + 1)]
    [InlineData(300)]
    public void Table_AtATerminal_SaysThatItCut(int length)
    {
        var output = new StringWriter();

        Printer.Table(
            output,
            [
                ["NOTE"],
                [new string('x', length)],
            ],
            hasEdge: true
        );

        Assert.Equal(["NOTE", new string('x', Edge - 1) + "…", "cut where … stands: -o yaml shows all of it"], Lines(output));
    }

    [Theory]
    [InlineData(Edge, true)]
    [InlineData(300, false)]
    public void Table_ThatFitsOrHasNoEdge_IsWholeAndSaysNothing(int length, bool hasEdge)
    {
        var output = new StringWriter();

        Printer.Table(
            output,
            [
                ["NOTE"],
                [new string('x', length)],
            ],
            hasEdge
        );

        Assert.Equal(["NOTE", new string('x', length)], Lines(output));
    }

    private static string[] Lines(StringWriter output) => output.ToString().TrimEnd().Split(Environment.NewLine);
}
