using Spectre.Console;

namespace ShadowVm.Compare;

/// <summary>Makes the rounds and shows how far they are.</summary>
internal static class RoundProgress
{
    public static Task Run(Comparison comparison, int rounds, IAnsiConsole console, CancellationToken cancel) => console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var shown = context.AddTask("starting", maxValue: rounds * comparison.RunsPerRound);
            for (var round = 1; round <= rounds; round++)
            {
                var prefix = $"round {round}/{rounds}: ";
                var first = true;
                await comparison.Round(
                    next =>
                    {
                        if (!first) shown.Increment(1);
                        first = false;
                        shown.Description = Markup.Escape(prefix + next);
                    },
                    cancel);
                shown.Increment(1);
            }
        });
}
