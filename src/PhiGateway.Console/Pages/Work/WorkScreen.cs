using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Work;

/// <summary>Shows what a person began that takes long, how far it is, and hands out what came of it.</summary>
internal sealed class WorkScreen(Jobs jobs)
{
    private const int AgainSeconds = 2;

    /// <summary>All of the person's.</summary>
    public Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var lines = jobs.ListOf(request.Call.Caller).Select(static job => Line(job)).ToList();
        return Task.FromResult<ScreenAnswer>(new PageContent("Work", string.Empty, typeof(WorkPage), new WorkModel(lines)));
    }

    /// <summary>One of them.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        if (jobs.Find(request.Call.Caller, request.Route("id")) is not { } job)
        {
            return Gone();
        }

        var line = Line(job);
        return Task.FromResult<ScreenAnswer>(
            new PageContent(line.Title, string.Empty, typeof(JobPage), new JobModel(line, request.Session.FormToken))
            {
                Again = line.IsRunning ? new AgainLater(AgainSeconds, Links.With(line.Href, (NotAClick.Parameter, "1"))) : null,
            }
        );
    }

    /// <summary>Its file.</summary>
    public Task<ScreenAnswer> TakeAsync(ConsoleRequest request) =>
        jobs.Find(request.Call.Caller, request.Route("id")) is { } job ? jobs.TakeAsync(request, job) : Gone();

    /// <summary>Ends it.</summary>
    public Task<ScreenAnswer> EndAsync(ConsoleRequest request)
    {
        if (jobs.Find(request.Call.Caller, request.Route("id")) is not { } job)
        {
            return Gone();
        }

        jobs.Remove(job);
        return Task.FromResult<ScreenAnswer>(new ScreenAnswer.Go(job.Plan.Back, "It is ended, and nothing of it is kept."));
    }

    private static Task<ScreenAnswer> Gone() =>
        Task.FromResult<ScreenAnswer>(
            AdminProblem.NotFound("work of yours here: it is kept for half an hour, and ends with your sessions")
        );

    private static JobLine Line(Job job) =>
        new(
            Jobs.PathOf(job),
            job.Plan.Title,
            job.Plan.Back,
            job.Begun,
            job.Ended,
            job.Done,
            job.Whole,
            job.Plan.Unit.One,
            job.Plan.Unit.Many,
            WhyNot(job),
            job.Plan.FileName,
            job.File?.Length ?? 0,
            job.Plan.Page?.Invoke(job.Id)
        );

    private static string? WhyNot(Job job) =>
        job switch
        {
            { Problem: { } problem } => problem.Detail ?? problem.Title,
            { Fault: { } fault } when AdminBoundary.IsDatabase(fault) => "The store does not answer; nothing is kept. Begin it again.",
            { Fault: not null } => "It failed; nothing is kept. Begin it again.",
            _ => null,
        };
}
