using PhiGateway.Admin.Calls;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Work;

/// <summary>What a screen answers while what it shows is being made still: a page that asks again by itself.</summary>
internal static class WaitAnswer
{
    private const int AgainSeconds = 2;

    // So long somebody reads why a form was refused before the page goes on to what is to come.
    private const int ReadSeconds = 20;

    /// <summary>The page in place of the one that is to come.</summary>
    /// <param name="section">Where it stands in the console.</param>
    /// <param name="model">What is being made.</param>
    /// <param name="tried">Why a form was refused behind which the page is made again; null: none was.</param>
    public static PageContent Of(string section, WaitModel model, AdminProblem? tried = null) =>
        new(model.Title, section, typeof(WaitPage), model with { Refused = tried is null ? null : tried.Detail ?? tried.Title })
        {
            Status = tried?.Status ?? 200,
            IsComing = true,
            Again = new AgainLater(tried is null ? AgainSeconds : ReadSeconds, AgainAt(model.Path)),
        };

    /// <summary>The call that makes something behind the pages: on record by itself, and ended with the console, not with the request.</summary>
    public static AdminCall Behind(this ConsoleRequest request, CancellationToken stopping) =>
        request.Call with
        {
            RequestId = Guid.CreateVersion7(),
            Cancelled = stopping,
        };

    /// <summary>What a command answers, made behind the page for one look at it; null: it is being made still.</summary>
    /// <param name="work">Where it is made.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="key">What it is.</param>
    /// <param name="command">Makes it by a call of its own.</param>
    public static Task<Made<T>?> BehindAsync<T>(
        this LongWork work,
        ConsoleRequest request,
        WorkKey key,
        Func<AdminCall, Task<Outcome<T>>> command
    )
        where T : class => work.OnceAsync(key, async stopping => new Made<T>(await command(request.Behind(stopping))));

    /// <summary>A moment from now, as nobody's click.</summary>
    public static AgainLater Soon(string path) => new(AgainSeconds, AgainAt(path));

    private static string AgainAt(string path) =>
        $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{NotAClick.Parameter}=1";
}
