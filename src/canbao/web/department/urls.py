from django.urls import path

from canbao.web.department import deciding, roster, rosters, uploads, words

urlpatterns = [
    path("", rosters.rosters, name="department"),
    path("uploads/<int:upload_id>/", uploads.upload, name="upload"),
    path("uploads/<int:upload_id>/drop/", uploads.drop_upload, name="drop-upload"),
    path("words/", words.words, name="learned-words"),
    path("words/<int:word_id>/forget/", words.forget_word, name="forget-learned-word"),
    path("<int:roster_id>/", roster.roster, name="roster"),
    path("<int:roster_id>/file/", roster.file_back, name="roster-file"),
    path("<int:roster_id>/confirm/", deciding.confirm, name="confirm-roster"),
    path("<int:roster_id>/take-back/", deciding.take_back, name="take-back-roster"),
    path("<int:roster_id>/close/", deciding.close, name="close-roster"),
    path("rows/<int:row_id>/", deciding.decide, name="decide-row"),
    path("rows/<int:row_id>/whom/", deciding.whom, name="whom-row"),
    path("rows/<int:row_id>/mend/", deciding.mend, name="mend-row"),
]
