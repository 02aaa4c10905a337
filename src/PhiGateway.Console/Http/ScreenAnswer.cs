using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Http;

/// <summary>What a screen answers: a page, the way to another page, a file, or a refusal that becomes a page.</summary>
internal abstract record ScreenAnswer
{
    private ScreenAnswer() { }

    public static implicit operator ScreenAnswer(PageContent page) => new Shown(page);

    public static implicit operator ScreenAnswer(AdminProblem problem) => new Refused(problem);

    /// <summary>A page.</summary>
    internal sealed record Shown(PageContent Page) : ScreenAnswer;

    /// <summary>Another page of the console (303), with a message for it.</summary>
    internal sealed record Go(string Path, string? Notice = null) : ScreenAnswer;

    /// <summary>A refusal of a command.</summary>
    internal sealed record Refused(AdminProblem Problem) : ScreenAnswer;

    /// <summary>Something for the script, which makes text of it.</summary>
    internal sealed record Data(JsonObject Body) : ScreenAnswer;

    /// <summary>Bytes that are shown as they are.</summary>
    internal sealed record Raw(string ContentType, byte[] Bytes) : ScreenAnswer
    {
        /// <summary>A policy of its own; null: the console's.</summary>
        public string? ContentSecurity { get; init; }

        /// <summary>Whether a browser may keep them: the same for everybody, under a name that changes with them.</summary>
        public bool IsKept { get; init; }
    }

    /// <summary>A file, written as it is read.</summary>
    internal sealed record File(string ContentType, string Name, Func<HttpContext, Task> WriteAsync) : ScreenAnswer;
}
