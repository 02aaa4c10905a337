using PhiGateway.Admin.Calls;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Work;

/// <summary>What a screen answers while what it shows is being made still: a page that asks again by itself.</summary>
internal static class WaitAnswer
{
    private const int AgainSeconds = 2;

    /// <summary>The page in place of the one that is to come.</summary>
    public static PageContent Of(string section, WaitModel model) =>
        new(model.Title, section, typeof(WaitPage), model) { Again = new AgainLater(AgainSeconds, AgainAt(model.Path)) };

    /// <summary>The call that makes something behind the pages: on record by itself, and ended with the console, not with the request.</summary>
    public static AdminCall Behind(this ConsoleRequest request, CancellationToken stopping) =>
        request.Call with
        {
            RequestId = Guid.CreateVersion7(),
            Cancelled = stopping,
        };

    /// <summary>A moment from now, as nobody's click.</summary>
    public static AgainLater Soon(string path) => new(AgainSeconds, AgainAt(path));

    private static string AgainAt(string path) =>
        $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{NotAClick.Parameter}=1";
}
