// A small app on Bolt's Socket Mode. It is written against Slack's documentation, not against
// the fake: what it does works on slack.com with real tokens and without SLACK_API_URL.
import bolt from '@slack/bolt';

const app = new bolt.App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

const text = (value) => ({ type: 'plain_text', text: value });

app.command('/ask', async ({ ack, body, client }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: 'modal',
      callback_id: 'ask',
      private_metadata: body.channel_id,
      title: text('Ask'),
      submit: text('Send'),
      blocks: [
        { type: 'input', block_id: 'email', label: text('E-mail'), element: { type: 'email_text_input', action_id: 'value' } },
        {
          type: 'input', block_id: 'why', label: text('Why'), optional: true,
          element: {
            type: 'static_select', action_id: 'value',
            options: [{ text: text('Asked for it'), value: 'asked' }, { text: text('Left'), value: 'left' }],
          },
        },
      ],
    },
  });
});

app.command('/echo', async ({ ack, command }) => ack(`you said ${command.text}`));

app.view('ask', async ({ ack, body, view, client }) => {
  const email = view.state.values.email.value.value;
  if (email.startsWith('taken')) {
    await ack({ response_action: 'errors', errors: { email: 'Taken' } });
    return;
  }
  await ack();
  const why = view.state.values.why.value.selected_option?.value ?? 'no reason';
  await client.chat.postMessage({
    channel: view.private_metadata,
    text: `${body.user.id} asks`,
    metadata: { event_type: 'asked', event_payload: { email } },
    blocks: [
      { type: 'section', text: { type: 'plain_text', text: `${email}: ${why}` } },
      {
        type: 'actions', block_id: 'decide',
        elements: [{ type: 'button', action_id: 'approve', text: text('Approve'), style: 'primary', value: email }],
      },
    ],
  });
});

app.action('approve', async ({ ack, body, action, client, respond }) => {
  await ack();
  await client.chat.update({
    channel: body.channel.id,
    ts: body.message.ts,
    text: 'approved',
    blocks: [{ type: 'section', text: { type: 'plain_text', text: `${action.value} approved by ${body.user.id}` } }],
  });
  await respond({ response_type: 'ephemeral', text: 'Thank you' });
});

app.event('app_home_opened', async ({ event, client }) => {
  if (event.tab !== 'home') return;
  await client.views.publish({
    user_id: event.user,
    hash: event.view?.hash,
    view: {
      type: 'home',
      blocks: [
        { type: 'header', text: text(event.view ? 'Home again' : 'Home') },
        {
          type: 'actions', block_id: 'mine',
          elements: [{
            type: 'overflow', action_id: 'later',
            options: [{ text: text('For an hour'), value: '1h' }, { text: text('For a day'), value: '1d' }],
          }],
        },
      ],
    },
  });
});

app.action('later', async ({ ack, body, action, client }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: { type: 'modal', title: text('Later'), blocks: [{ type: 'header', text: text(action.selected_option.text.text) }] },
  });
});

app.shortcut('quote', async ({ ack, shortcut, client, respond }) => {
  await ack();
  if (shortcut.type === 'message_action') {
    await respond({ response_type: 'ephemeral', text: `${shortcut.message.text} (in ${shortcut.channel.name})` });
  }
  await client.views.open({
    trigger_id: shortcut.trigger_id,
    view: { type: 'modal', title: text('Quote'), blocks: [{ type: 'header', text: text(shortcut.type) }] },
  });
});

await app.start();
